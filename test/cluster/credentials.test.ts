import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readCredentials } from '../../src/cluster/credentials.js';
import { kubeconfig } from './api-server.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'credentials-'));
});
afterEach(async () => {
  delete process.env['KUBERNETES_SERVICE_HOST'];
  delete process.env['KUBERNETES_SERVICE_PORT'];
  await rm(root, { recursive: true });
});

describe('without a kubeconfig', () => {
  it('are those of the service account, its token read each time', async () => {
    const directory = join(root, 'var/run/secrets/kubernetes.io/serviceaccount');
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'ca.crt'), 'authority');
    await writeFile(join(directory, 'namespace'), 'runners\n');
    process.env['KUBERNETES_SERVICE_HOST'] = 'fd00::1';
    process.env['KUBERNETES_SERVICE_PORT'] = '443';

    const credentials = readCredentials({ root });
    expect(credentials.server).toBe('https://[fd00::1]:443');
    expect(credentials.namespace).toBe('runners');
    expect(credentials.tls).toEqual({ ca: Buffer.from('authority') });
    for (const token of ['first', 'second']) {
      await writeFile(join(directory, 'token'), token);
      expect(await credentials.headers()).toEqual({ authorization: `Bearer ${token}` });
    }
  });

  it('outside of a cluster there are none, and it is said so', () => {
    expect(() => readCredentials({ root })).toThrow('There is no kubeconfig, and this is no pod of a cluster.');
  });
});

async function write(text: string): Promise<string> {
  const path = join(root, 'config');
  await writeFile(path, text);
  return path;
}

describe('of a kubeconfig', () => {
  it('are those of its current context, or of the one that was asked for', async () => {
    const kubeconfigPath = await write(
      stringify({
        'current-context': 'one',
        contexts: ['one', 'two'].map((name) => ({
          name,
          context: { cluster: name, user: 'me', namespace: `in-${name}` },
        })),
        clusters: ['one', 'two'].map((name) => ({ name, cluster: { server: `https://${name}:6443/` } })),
        users: [{ name: 'me', user: { token: 't' } }],
      }),
    );
    expect(readCredentials({ kubeconfigPath })).toMatchObject({ server: 'https://one:6443', namespace: 'in-one' });
    const other = readCredentials({ kubeconfigPath, context: 'two', namespace: 'mine' });
    expect(other).toMatchObject({ server: 'https://two:6443', namespace: 'mine' });
  });

  it('keep what the cluster says of TLS', async () => {
    const cluster = { 'insecure-skip-tls-verify': true, 'tls-server-name': 'kubernetes' };
    const kubeconfigPath = await write(kubeconfig('https://127.0.0.1:1', cluster));
    expect(readCredentials({ kubeconfigPath }).tls).toEqual({ servername: 'kubernetes', rejectUnauthorized: false });
  });

  it('take the token that a program prints', async () => {
    const status = { token: 'printed', expirationTimestamp: '2100-01-01T00:00:00Z' };
    const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status };
    const script = `console.log(${JSON.stringify(JSON.stringify(credential))})`;
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      interactiveMode: 'Never',
      command: process.execPath,
      args: ['-e', script],
    };
    const kubeconfigPath = await write(kubeconfig('https://127.0.0.1:1', {}, { exec }));
    expect(await readCredentials({ kubeconfigPath }).headers()).toEqual({ Authorization: 'Bearer printed' });
  });

  it('that name a context which is not there are refused', async () => {
    const kubeconfigPath = await write(kubeconfig('https://127.0.0.1:1'));
    expect(() => readCredentials({ kubeconfigPath, context: 'nowhere' })).toThrow(/names no cluster and user/);
  });

  it('that need a proxy are refused, for it would be passed by', async () => {
    const kubeconfigPath = await write(kubeconfig('https://127.0.0.1:1', { 'proxy-url': 'http://proxy:1' }));
    expect(() => readCredentials({ kubeconfigPath })).toThrow(/proxy-url/);
  });
});
