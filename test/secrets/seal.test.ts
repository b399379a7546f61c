import { spawnSync } from 'node:child_process';
import { constants, createDecipheriv, createPrivateKey, privateDecrypt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { temporaryDirectory } from '../support/server-process.js';
import { contents, makeSealingKey, onPath, secrets, type SealingKey } from './keys.js';

const directory = temporaryDirectory();
const at = (name: string) => join(directory.path, name);
let old: SealingKey;
let fresh: SealingKey;

beforeAll(() => {
  old = makeSealingKey(directory.path, 'old');
  fresh = makeSealingKey(directory.path, 'fresh');
});
afterAll(() => directory[Symbol.dispose]());

interface Sealed {
  readonly metadata: { readonly name: string; readonly annotations?: Record<string, string> };
  readonly spec: { readonly encryptedData: Record<string, string>; readonly template: unknown };
}
const sealedIn = (path: string) => parse(contents(path)) as Sealed;

/** What the controller's source does, written from there and not from ours. */
function open(sealed: string, label: string, { privateKey }: SealingKey): string {
  const bytes = Buffer.from(sealed, 'base64');
  const length = bytes.readUInt16BE(0);
  const key = {
    key: createPrivateKey(contents(privateKey)),
    padding: constants.RSA_PKCS1_OAEP_PADDING,
    oaepHash: 'sha256',
    oaepLabel: Buffer.from(label),
  };
  const cipher = createDecipheriv('aes-256-gcm', privateDecrypt(key, bytes.subarray(2, 2 + length)), Buffer.alloc(12));
  cipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([cipher.update(bytes.subarray(2 + length, -16)), cipher.final()]).toString();
}

/** As the controller keeps it in the cluster. */
const item = (key: SealingKey) => ({
  kind: 'Secret',
  data: { 'tls.key': Buffer.from(contents(key.privateKey)).toString('base64') },
});

/** Seals `value` as key `token` of the Secret `admin` into `out`. */
function seal(value: string, out: string, ...more: readonly string[]) {
  const args = ['seal', '--name', 'admin', '--from', 'token=-', '--cert', old.certificate, '--out', out, ...more];
  expect(secrets(args, value)).toMatchObject({ status: 0, stdout: '' });
}

describe('npm run secrets seal', () => {
  it('seals a value so that it opens under its own name and namespace only', () => {
    seal('Grüße ☃', at('admin.yaml'));
    const { token = '' } = sealedIn(at('admin.yaml')).spec.encryptedData;
    expect(open(token, 'glados/admin', old)).toBe('Grüße ☃');
    expect(() => open(token, 'glados/other', old)).toThrow();
    expect(() => open(token, 'glados/admin', fresh)).toThrow();
    expect(contents(at('admin.yaml'))).not.toContain('Grüße');
  });

  it('binds to a namespace, or to nothing, when a wider scope is asked for', () => {
    seal('a', at('wide.yaml'), '--scope', 'namespace-wide');
    expect(open(sealedIn(at('wide.yaml')).spec.encryptedData.token ?? '', 'glados', old)).toBe('a');
    seal('b', at('wider.yaml'), '--scope', 'cluster-wide', '--namespace', 'x');
    expect(open(sealedIn(at('wider.yaml')).spec.encryptedData.token ?? '', '', old)).toBe('b');
    expect(sealedIn(at('wider.yaml')).metadata.annotations).toEqual({
      'sealedsecrets.bitnami.com/cluster-wide': 'true',
    });
  });

  it('changes one value of a file and leaves the others as they are', () => {
    seal('1', at('two.yaml'));
    const before = sealedIn(at('two.yaml'));
    const random = [
      'seal',
      '--name',
      'admin',
      '--random',
      'key=32',
      '--show',
      '--cert',
      old.certificate,
      '--out',
      at('two.yaml'),
    ];
    const shown = secrets(random);
    const after = sealedIn(at('two.yaml'));
    expect(after.spec.encryptedData.token).toBe(before.spec.encryptedData.token);
    expect(shown.stdout).toMatch(/^key: [0-9a-f]{64}\n$/);
    expect(`key: ${open(after.spec.encryptedData.key ?? '', 'glados/admin', old)}\n`).toBe(shown.stdout);
  });

  it('seals a plain manifest with its type, labels and scope, and no other annotation', () => {
    const manifest = `{"kind":"Secret","type":"kubernetes.io/basic-auth","metadata":{"name":"db","namespace":"n",
      "labels":{"a":"b"},"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"secret"}},
      "data":{"username":"YQ=="},"stringData":{"password":"p"}}`;
    const { status, stdout } = secrets(['seal', '-', '--cert', old.certificate], manifest);
    const sealed = parse(stdout) as Sealed;
    expect(status).toBe(0);
    expect(sealed.spec.template).toEqual({
      metadata: { name: 'db', namespace: 'n', labels: { a: 'b' } },
      type: 'kubernetes.io/basic-auth',
    });
    expect(open(sealed.spec.encryptedData.username ?? '', 'n/db', old)).toBe('a');
    expect(open(sealed.spec.encryptedData.password ?? '', 'n/db', old)).toBe('p');
    expect(stdout).not.toContain('last-applied');
  });

  it('refuses in one sentence what cannot be sealed', () => {
    const refused = (...args: readonly string[]) => secrets(['seal', ...args, '--cert', old.certificate], '');
    const said = [
      refused('--name', 'Bad_Name', '--random', 'a=32'),
      refused('--name', 'a', '--random', 'a b=32'),
      refused('--name', 'a', '--random', 'a=3'),
      refused('--name', 'a'),
      refused('--name', 'a', '--random', 'a=32', '--scope', 'wide'),
      refused('--name', 'other', '--random', 'a=32', '--out', at('admin.yaml')),
      secrets(['seal', '--name', 'a', '--random', 'a=32', '--cert', old.privateKey]),
      secrets(['seal', '--name', 'a', '--random', 'a=32', '--cert', at('none.crt')]),
    ];
    expect(said.map(({ status, stderr }) => [status, stderr.trim().split('\n').length])).toEqual(
      said.map(() => [1, 1]),
    );
  });
});

describe('npm run secrets rotate', () => {
  it('seals the same values to the new certificate', () => {
    seal('kept', at('rotated.yaml'));
    const args = ['rotate', at('rotated.yaml'), '--private-key', old.privateKey, '--cert', fresh.certificate];
    expect(secrets(args).status).toBe(0);
    const { token = '' } = sealedIn(at('rotated.yaml')).spec.encryptedData;
    expect(open(token, 'glados/admin', fresh)).toBe('kept');
    expect(() => open(token, 'glados/admin', old)).toThrow();
  });

  it('writes none of several files when one of them does not open', () => {
    seal('first', at('first.yaml'));
    seal('second', at('second.yaml'));
    writeFileSync(at('second.yaml'), contents(at('second.yaml')).replaceAll('name: admin', 'name: renamed'));
    const before = contents(at('first.yaml'));
    const key = ['--private-key', old.privateKey, '--cert', fresh.certificate];
    const { status, stderr } = secrets(['rotate', at('first.yaml'), at('second.yaml'), ...key]);
    expect(status).toBe(1);
    expect(stderr).toBe('No key given opens a value of glados/renamed (scope strict).\n');
    expect(contents(at('first.yaml'))).toBe(before);
  });

  it('takes the keys as the controller keeps them, of which any may fit', () => {
    seal('kept', at('list.yaml'));
    writeFileSync(at('keys.json'), JSON.stringify({ kind: 'List', items: [item(fresh), item(old)] }));
    const args = ['rotate', at('list.yaml'), '--private-key', at('keys.json'), '--cert', fresh.certificate];
    expect(secrets(args).status).toBe(0);
    expect(open(sealedIn(at('list.yaml')).spec.encryptedData.token ?? '', 'glados/admin', fresh)).toBe('kept');
  });
});

describe('npm run secrets rotate --controller', () => {
  it('takes the values from the answer, and what the controller leaves out from the file', () => {
    seal('kept', at('asked.yaml'));
    const before = sealedIn(at('asked.yaml'));
    const answer = JSON.stringify({ metadata: { name: 'admin' }, spec: { encryptedData: { token: 'AgNew' } } });
    writeFileSync(at('kubectl'), `#!/bin/sh\necho "$@" > ${at('asked.txt')}\ncat > /dev/null\necho '${answer}'\n`, {
      mode: 0o755,
    });
    const { status } = secrets(['rotate', at('asked.yaml'), '--controller', 'ns/sealer'], undefined, directory.path);
    expect(status).toBe(0);
    expect(contents(at('asked.txt'))).toBe(
      'create --raw /api/v1/namespaces/ns/services/http:sealer:8080/proxy/v1/rotate -f -\n',
    );
    expect(sealedIn(at('asked.yaml'))).toEqual({
      ...before,
      spec: { ...before.spec, encryptedData: { token: 'AgNew' } },
    });
  });
});

const kubeseal = onPath('kubeseal');
if (kubeseal === undefined) process.stderr.write('kubeseal is not on the PATH: sealing is not compared with it.\n');
else {
  const run = (args: readonly string[], input: string) => spawnSync(kubeseal, args, { input, encoding: 'utf8' });

  describe('beside kubeseal', () => {
    it.each(['strict', 'namespace-wide', 'cluster-wide'])('opens there what was sealed here, scope %s', (scope) => {
      seal('p\u00e4ss', at(`to-${scope}.yaml`), '--scope', scope);
      const unsealing = ['--recovery-unseal', '--recovery-private-key', old.privateKey];
      const { stdout, status } = run(unsealing, contents(at(`to-${scope}.yaml`)));
      expect(status).toBe(0);
      const secret = parse(stdout) as { data: Record<string, string>; metadata: { name: string; namespace: string } };
      expect(secret.metadata).toMatchObject({ name: 'admin', namespace: 'glados' });
      expect(Buffer.from(secret.data.token ?? '', 'base64').toString()).toBe('p\u00e4ss');
    });

    it.each(['strict', 'namespace-wide', 'cluster-wide'])('opens here what was sealed there, scope %s', (scope) => {
      const plain = `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"n"},"stringData":{"k":"v ☃"}}`;
      const sealing = ['--cert', old.certificate, '--scope', scope, '-o', 'yaml'];
      const sealed = run(sealing, plain);
      expect(sealed.status).toBe(0);
      const file = at(`from-${scope}.yaml`);
      writeFileSync(file, sealed.stdout);
      expect(secrets(['rotate', file, '--private-key', old.privateKey, '--cert', fresh.certificate]).status).toBe(0);
      const label = { strict: 'n/s', 'namespace-wide': 'n', 'cluster-wide': '' }[scope] ?? '';
      expect(open(sealedIn(file).spec.encryptedData.k ?? '', label, fresh)).toBe('v ☃');
    });
  });
}
