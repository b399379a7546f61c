import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../support/server-process.js';
import { secrets } from './keys.js';

function checkOf(files: Readonly<Record<string, string>>) {
  using directory = temporaryDirectory();
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const { status, stdout } = secrets(['check', directory.path]);
  return { status, found: stdout.trim().split('\n').filter(Boolean) };
}

const kustomization = (generator: string) => `secretGenerator:\n  - name: g\n    ${generator}\n`;
const plain = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\nstringData:\n  password: p\n';

describe('npm run secrets check', () => {
  it('finds no secret in this repository', () => {
    expect(secrets(['check'])).toMatchObject({ status: 0, stdout: '' });
  });

  it('finds a plain Secret, also behind other documents, in a List and in JSON', () => {
    const list = { kind: 'List', items: [{ kind: 'Secret', metadata: { name: 'l' }, data: { a: 'YQ==' } }] };
    expect(
      checkOf({ 'a.yaml': plain, 'b/c.yml': `kind: ConfigMap\n---\n${plain}`, 'd.json': JSON.stringify(list) }),
    ).toEqual({
      status: 1,
      found: [
        'a.yaml:1: a plain Secret "db" with password',
        'b/c.yml:2: a plain Secret "db" with password',
        'd.json:1: a plain Secret "l" with a',
      ],
    });
  });

  it('finds what a chart would render a plain Secret from', () => {
    const template =
      '{{- if .Values.x }}\nkind: Secret\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  a: {{ .Values.a }}\n{{- end }}\n';
    expect(checkOf({ 'templates/secret.yaml': template })).toEqual({
      status: 1,
      found: ['templates/secret.yaml:1: a template of a plain Secret'],
    });
  });

  it('finds literals and files of a secretGenerator, unless the file is not there', () => {
    const found = checkOf({
      'a/kustomization.yaml': kustomization('literals: [password=p]'),
      'b/kustomization.yaml': kustomization('files: [token=token.txt]'),
      'b/token.txt': 't',
      'c/kustomization.yaml': kustomization('envs: [.env]'),
    });
    expect(found).toEqual({
      status: 1,
      found: [
        'a/kustomization.yaml:1: a secretGenerator "g" with password',
        'b/kustomization.yaml:1: a secretGenerator "g" with token.txt',
      ],
    });
  });

  it('finds private keys in any file', () => {
    const files = {
      key: `-----BEGIN ${'PRIVATE'} KEY-----\n`,
      'keys.txt': `# age\n${'AGE-SECRET-KEY'}-1${'Q'.repeat(58)}\n`,
    };
    expect(checkOf(files)).toEqual({ status: 1, found: ['key:1: a private key', 'keys.txt:2: a private key'] });
  });

  it('finds a value that SOPS left in the open, and plain values beside sealed ones', () => {
    const half = 'kind: Secret\nmetadata: { name: s }\ndata: { a: "ENC[AES256_GCM,data:x]", b: YQ== }\nsops: {}\n';
    const beside = 'kind: SealedSecret\nspec:\n  template:\n    data: { url: "{{ .password }}", user: me }\n';
    expect(checkOf({ 'half.yaml': half, 'sealed.yaml': beside })).toEqual({
      status: 1,
      found: ['half.yaml:1: a plain Secret "s" with b', 'sealed.yaml:1: plain values beside the sealed ones: user'],
    });
  });

  it('lets pass what is sealed, encrypted, empty or only named', () => {
    const files = {
      'sealed.yaml': 'kind: SealedSecret\nspec:\n  encryptedData: { a: AgBy }\n',
      'sops.yaml': 'kind: Secret\ndata: { a: "ENC[AES256_GCM,data:x]" }\nsops: {}\n',
      'empty.yaml': 'kind: Secret\nmetadata: { name: t }\ntype: kubernetes.io/service-account-token\n',
      'named.yaml': 'kind: Pod\nspec: { volumes: [{ secret: { secretName: s } }] }\n',
      'empty-file.yaml': '',
    };
    expect(checkOf(files)).toEqual({ status: 0, found: [] });
  });
});
