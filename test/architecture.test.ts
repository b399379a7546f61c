import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Which room may import which; a room may always import itself. The roof, src/*.ts, may import anything. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  model: [],
  store: ['model'],
  cluster: ['model'],
  stream: ['model'],
  commands: ['model', 'store', 'cluster'],
  control: ['model', 'store', 'cluster', 'stream'],
  api: ['model', 'store', 'cluster', 'stream', 'commands'],
  client: [],
  web: ['client'],
  cli: ['client'],
  runner: ['client'],
  'local/kubernetes': [],
  'local/mongo': [],
};
/** Packages that are a room's door to the outside. */
const doors: Readonly<Record<string, readonly string[]>> = {
  mongodb: ['store', 'local/mongo'],
  '@kubernetes/client-node': ['cluster'],
};

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((file) => normalize(join('src', file)))
  .filter((file) => /\.tsx?$/.test(file) && !file.includes('/generated/'));
const known = new Set(files);

function roomOf(file: string): string {
  const [, first = '', second = '', third] = file.split('/');
  if (second === '') return 'roof';
  return first === 'local' && third !== undefined ? `local/${second}` : first;
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}

/** The file of this project that an import names; undefined for packages and generated files. */
function target(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const path = relative(root, join(root, dirname(file), specifier)).replace(/\.js$/, '');
  return [`${path}.ts`, `${path}.tsx`].find((candidate) => known.has(candidate));
}

const edges = files.flatMap((from) =>
  importsOf(from).flatMap((specifier) => {
    const to = target(from, specifier);
    return to === undefined ? [] : [{ from, to }];
  }),
);

describe('the house', () => {
  it('has only rooms of the table', () => {
    const rooms = new Set(files.map(roomOf));
    rooms.delete('roof');
    expect([...rooms].filter((room) => !(room in mayImport))).toEqual([]);
  });

  it('has no import that the table does not allow', () => {
    const wrong = edges.filter(({ from, to }) => {
      const [a, b] = [roomOf(from), roomOf(to)];
      return a !== 'roof' && a !== b && !mayImport[a]?.includes(b);
    });
    expect(wrong).toEqual([]);
  });

  it('opens MongoDB and Kubernetes through one door each', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((name) => Object.hasOwn(doors, name) && !doors[name]?.includes(roomOf(file)))
        .map((name) => `${file} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('has no circle of imports', () => {
    const after = new Map<string, string[]>();
    for (const { from, to } of edges) after.set(from, [...(after.get(from) ?? []), to]);
    const settled = new Set<string>();
    const circles: string[] = [];
    const walk = (file: string, trail: readonly string[]): void => {
      if (trail.includes(file)) circles.push([...trail.slice(trail.indexOf(file)), file].join(' → '));
      if (settled.has(file) || trail.includes(file)) return;
      for (const next of after.get(file) ?? []) walk(next, [...trail, file]);
      settled.add(file);
    };
    for (const file of files) walk(file, []);
    expect(circles).toEqual([]);
  });

  it('has no file over 250 lines', () => {
    const long = files.filter((file) => readFileSync(join(root, file), 'utf8').trimEnd().split('\n').length > 250);
    expect(long).toEqual([]);
  });

  it('reads the environment in one place of the server', () => {
    const wrong = files.filter(
      (file) =>
        !/^src\/(config\.ts|cli\/|web\/|runner\/)/.test(file) &&
        readFileSync(join(root, file), 'utf8').includes('process.env'),
    );
    expect(wrong).toEqual([]);
  });
});
