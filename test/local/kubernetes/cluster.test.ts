import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { startLocalKubernetes } from '../../../src/local/kubernetes/cluster.js';
import type { LocalKubernetes } from '../../../src/local/kubernetes/cluster.js';
import { connect } from '../../contract/kubernetes/kubeconfig.js';

interface Body {
  readonly metadata: { readonly resourceVersion: string; readonly uid: string };
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

describe('the local cluster', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'local-cluster-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const start = (): Promise<LocalKubernetes> => startLocalKubernetes({ directory, images: {} });

  /** One request by the kubeconfig, as any client would. */
  async function ask(method: 'GET' | 'POST', path: string, body?: object): Promise<{ code: number; body: Body }> {
    const { server, headers, agent, strangersAgent } = connect(join(directory, 'kubeconfig'));
    const answer = await request(`${server}${path}`, {
      method,
      headers,
      dispatcher: agent,
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    await Promise.all([agent.close(), strangersAgent.close()]);
    return { code: answer.statusCode, body: JSON.parse(text.split('\n')[0] ?? '') as Body };
  }

  it('is usable by its kubeconfig, which only its owner may read', async () => {
    await using cluster = await start();
    expect((await stat(cluster.kubeconfigPath)).mode & 0o777).toBe(0o600);
    const { body } = await ask('GET', '/api/v1/namespaces');
    expect(body.items.map(({ metadata }) => metadata.name)).toEqual(['default', 'glados-runners', 'kube-system']);
  });

  it('goes on after a restart: same credentials, same objects, and a watch from before', async () => {
    const maps = '/api/v1/namespaces/default/configmaps';
    let first: { body: Body };
    let second: { body: Body };
    let credentials = '';
    {
      await using cluster = await start();
      first = await ask('POST', maps, { metadata: { name: 'first' } });
      second = await ask('POST', maps, { metadata: { name: 'second' } });
      credentials = await readFile(join(directory, 'credentials'), 'utf8');
      expect(cluster.url).toMatch(/^https:/u);
    }
    await using again = await start();
    expect(again.url).toMatch(/^https:/u);
    expect(await readFile(join(directory, 'credentials'), 'utf8')).toBe(credentials);
    const from = first.body.metadata.resourceVersion;
    const { body } = await ask('GET', `${maps}?watch=1&timeoutSeconds=1&resourceVersion=${from}`);
    expect(body).toMatchObject({ type: 'ADDED', object: { metadata: { uid: second.body.metadata.uid } } });
    const third = await ask('POST', maps, { metadata: { name: 'third' } });
    expect(Number(third.body.metadata.resourceVersion)).toBeGreaterThan(Number(second.body.metadata.resourceVersion));
  });

  it('refuses a directory that another one uses, and leaves that one alone', async () => {
    await using cluster = await start();
    await expect(start()).rejects.toThrow(/another process/u);
    expect((await ask('GET', '/api/v1/namespaces')).code).toBe(200);
    expect(cluster.kubeconfigPath).toBe(join(directory, 'kubeconfig'));
  });

  it('does not start on credentials that are broken', async () => {
    await writeFile(join(directory, 'credentials'), 'key: no key\ncertificate: none\ntoken: t\n');
    await expect(start()).rejects.toThrow();
  });
});
