import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { clusterCodes } from '../../src/model/diagnosis.js';
import { root } from '../support/server-process.js';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const values = parse(read('deploy/helm/glados/values.yaml')) as Record<string, unknown>;
const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);
const guides = ['kubernetes', 'deploy', 'minikube', 'kubeadm', 'storage', 'backup', 'secrets', 'troubleshooting'];

/** As on the site that shows them: words with hyphens between, without what is no letter, digit or hyphen. */
function anchorsOf(text: string): Set<string> {
  const headings = text.replace(/^```.*?^```/gms, '').matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, words = '']) =>
      words
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Links to other files and to headings that lead nowhere. */
function deadLinks(file: string): string[] {
  const links = [...read(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links
    .filter((link) => !/^\w+:/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? file : join(dirname(file), path);
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(read(target)).has(anchor);
    });
}

const codeOf = (text: string) => [...text.matchAll(/^```.*?\n(.*?)^```|`([^`\n]+)`/gms)].map(([all]) => all).join('\n');

/** What `--set` of a guide names and the chart does not have. */
function unknownValues(text: string): string[] {
  const settings = [...codeOf(text).matchAll(/helm (?:install|upgrade) \S+ deploy\/helm\/glados[^`]*?(?:\n\n|$|```)/g)]
    .flatMap(([command]) => [...command.matchAll(/--set ([^\s`]+)/g)].map(([, setting = '']) => setting))
    .flatMap((setting) => setting.split(','))
    .map((setting) => setting.split('=')[0] ?? '');
  return settings.filter((setting) => {
    const [last, ...path] = setting.split('.').reverse();
    let here: unknown = values;
    for (const key of path.reverse()) here = (here as Record<string, unknown> | undefined)?.[key];
    return !Object.hasOwn((here ?? {}) as object, last ?? '');
  });
}

describe.each(guides.map((name) => `docs/${name}.md`))('%s', (file) => {
  it('links to files and headings that are there', () => {
    expect(deadLinks(file)).toEqual([]);
  });

  it('names scripts, values and files that are there', () => {
    const text = codeOf(read(file));
    const named = [...text.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, script]) => script);
    expect(named.filter((script) => !scripts.includes(script ?? ''))).toEqual([]);
    expect(unknownValues(read(file))).toEqual([]);
    const own = /^deploy\/(secrets\/(sealed|\.sops|sealing|\S+\.sops)|kustomize\/overlays\/ours)/;
    const paths = [...text.matchAll(/(?<![\w/.-])deploy\/[\w./-]*[\w-]/g)].map(([path]) => path);
    expect(paths.filter((path) => !own.test(path) && !existsSync(join(root, path)))).toEqual([]);
  });
});

describe('docs/troubleshooting.md', () => {
  it('has one whole line for every code that a diagnosis may have, and none for another', () => {
    const [, schema = ''] = /enum DiagnosisCode \{([^}]*)\}/.exec(read('schema.graphql')) ?? [];
    const known = [...schema.matchAll(/^ {2}([A-Z_]+)$/gm)].map(([, code]) => code);
    expect(known).toEqual(expect.arrayContaining([...clusterCodes]));
    const lines = [...read('docs/troubleshooting.md').matchAll(/^\| (.*) \|$/gm)].map(([, line = '']) =>
      line.split(/(?<!\\)\|/).map((cell) => cell.trim()),
    );
    const told = lines.filter(([, code = '']) => /^[A-Z]+(_[A-Z]+)*$/.test(code));
    expect(told.map(([, code]) => code).toSorted()).toEqual(known.toSorted());
    expect(told.filter((line) => line.length !== 4 || line.includes(''))).toEqual([]);
  });
});
