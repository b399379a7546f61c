import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { root, startServer, type ServerProcess } from '../support/server-process.js';

const run = promisify(execFile);
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Command lines of the shell blocks of a document. */
function commandsOf(file: string): string[] {
  return [...read(file).matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) => block.trim().split('\n'));
}

/** These are what this very run began with, or need a machine of one's own. */
const elsewhere = [/^npm ci$/, /^npm (test|start|run check)$/, /^(MONGODB_URI|KUBECONFIG)=\S+ npm run test:\w+$/];

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
}, 60_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
}, 60_000);

describe('the documents', () => {
  it.each(['README.md', 'CONTRIBUTING.md', 'deploy/README.md'])(
    '%s names commands that work, in their order',
    async (file) => {
      const outputs: string[] = [];
      for (const command of commandsOf(file)) {
        const script = /npm run ([\w:]+)/.exec(command)?.[1];
        if (script !== undefined) expect(Object.keys(JSON.parse(read('package.json')).scripts)).toContain(script);
        if (elsewhere.some((pattern) => pattern.test(command)) || !command.startsWith('npm ')) continue;
        const [, ...args] = command.split(' ');
        const { stdout } = await run('npm', args, { cwd: root, env: { ...process.env, GLADOS_SERVER: server.url } });
        outputs.push(stdout);
      }
      if (file !== 'README.md') return;
      const [demo = '', , list = '', results = ''] = outputs;
      expect(
        demo
          .trim()
          .split('\n')
          .filter((line) => /^\s*\d/.test(line)),
      ).toHaveLength(19);
      expect(list).toMatch(/SUCCEEDED\s+19\/19/);
      expect(results).toContain('Experiment Run');
    },
    120_000,
  );

  it.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'deploy/README.md', 'docs/errors.md'])(
    '%s points to files that are there',
    (file) => {
      const links = [...read(file).matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => join(root, file, '..', link));
      expect(links.filter((link) => !existsSync(link))).toEqual([]);
    },
  );
});
