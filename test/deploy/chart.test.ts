import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { root } from '../support/server-process.js';
import { chartHash, pathsOf, scriptSays } from './chart-sources.js';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly spec?: unknown;
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const base = parseAllDocuments(read('deploy/kustomize/base/glados.yaml')).map((one) => one.toJS() as Manifest);
const values = parse(read('deploy/helm/glados/values.yaml')) as object;
const schema = JSON.parse(read('deploy/helm/glados/values.schema.json')) as Schema;

interface Schema {
  readonly type?: unknown;
  readonly properties?: Record<string, Schema>;
  readonly additionalProperties?: unknown;
  readonly $ref?: string;
  readonly items?: Schema;
  readonly $defs?: Record<string, Schema>;
}

/** Every object in the schema that has named keys, with its place. */
function sections(one: Schema, place: string): [string, Schema][] {
  const inner = Object.entries({ ...one.properties, ...one.$defs }).flatMap(([key, next]) =>
    sections(next, `${place}.${key}`),
  );
  const items = one.items ? sections(one.items, `${place}[]`) : [];
  return one.properties ? [[place, one], ...inner, ...items] : [...inner, ...items];
}

/** The schema behind a value's path, whether it is said there or in a definition. */
function schemaAt(path: readonly string[]): Schema | undefined {
  let here: Schema | undefined = schema;
  for (const key of path) {
    here = here?.properties?.[key] ?? (here?.additionalProperties ? (here.additionalProperties as Schema) : undefined);
    if (here?.$ref) here = schema.$defs?.[here.$ref.replace('#/$defs/', '')];
  }
  return here;
}

describe('the chart', () => {
  it('refuses keys that it does not know, at every level', () => {
    const loose = sections(schema, 'values').filter(([, one]) => one.additionalProperties !== false);
    expect(loose.map(([place]) => place)).toEqual([]);
  });

  it('has a schema for each of its values, and values for its schema', () => {
    const paths = pathsOf(values);
    expect(paths.filter((path) => schemaAt(path) === undefined)).toEqual([]);
    const known = Object.keys(schema.properties ?? {}).filter((key) => key !== 'global');
    expect(known.sort()).toEqual(Object.keys(values).sort());
  });

  it('has every value in the table of docs/deploy-values.md, as its comments say it', async () => {
    expect(await scriptSays('scripts/deploy-values.mjs', '--check')).toEqual({ exitCode: 0, stderr: '' });
  });

  it('holds no secret: every Secret is one that exists', () => {
    for (const file of readdirSync(join(root, 'deploy/helm/glados/templates'))) {
      if (file !== 'tests') expect(read(join('deploy/helm/glados/templates', file))).not.toMatch(/^kind: Secret$/m);
    }
    expect(base.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });
});

describe('the base of Kustomize', () => {
  it('was rendered from this very chart', () => {
    expect(read('deploy/kustomize/base/chart.sha256').trim()).toBe(chartHash());
  });

  it('gives the server the rights that the product is tested under, and none in the whole cluster', () => {
    const rights = parseAllDocuments(read('deploy/kubernetes/rights.yaml')).map((one) => one.toJS() as Manifest);
    expect(rights.map(({ kind }) => kind).sort()).toEqual([
      'Namespace',
      'Namespace',
      'Role',
      'RoleBinding',
      'ServiceAccount',
      'ServiceAccount',
    ]);
    expect(base).toEqual(expect.arrayContaining(rights));
    expect(base.filter(({ kind }) => kind.startsWith('ClusterRole'))).toEqual([]);
  });

  it('enforces Pod Security restricted in both namespaces, and denies what no policy allows', () => {
    const spaces = base.filter(({ kind }) => kind === 'Namespace');
    expect(
      spaces.map(({ metadata }) => [metadata.name, metadata.labels?.['pod-security.kubernetes.io/enforce']]),
    ).toEqual([
      ['glados', 'restricted'],
      ['glados-runners', 'restricted'],
    ]);
    const denials = base.filter(({ metadata }) => metadata.name === 'glados-default-deny');
    expect(denials.map(({ metadata, spec }) => ({ namespace: metadata.namespace, spec }))).toEqual(
      ['glados', 'glados-runners'].map((namespace) => ({
        namespace,
        spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
      })),
    );
  });

  it('carries the policies of deploy/policies', () => {
    const policies = parseAllDocuments(read('deploy/policies/server.yaml')).map((one) => one.toJS() as Manifest);
    expect(base.filter(({ kind }) => kind.startsWith('ValidatingAdmission'))).toEqual(expect.arrayContaining(policies));
    expect(policies).toHaveLength(4);
  });
});

describe('the overlays', () => {
  const overlays = readdirSync(join(root, 'deploy/kustomize/overlays'));

  it.each(overlays)('%s patches only what the base has, from files that exist', (overlay) => {
    const directory = join('deploy/kustomize/overlays', overlay);
    const { resources, patches } = parse(read(join(directory, 'kustomization.yaml'))) as {
      resources: string[];
      patches: { target: { kind: string; name: string } }[];
    };
    expect(resources.filter((one) => !existsSync(join(root, directory, one)))).toEqual([]);
    for (const { target } of patches) {
      const hits = base.filter(
        ({ kind, metadata }) => kind === target.kind && new RegExp(`^${target.name}$`).test(metadata.name),
      );
      expect([target, hits.length]).toEqual([target, 1]);
    }
  });
});
