import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runProgram, startServer, temporaryDirectory } from '../support/server-process.js';

describe('npm start', () => {
  it('answers, names where everything is, and leaves nothing of an ephemeral run', async () => {
    const server = await startServer();
    const base = server.url.replace(/\/graphql$/, '');
    expect((await fetch(`${base}/livez`)).status).toBe(200);
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${base}/graphiql`)).text()).toContain('<main id="page"');
    const data = /Data\s+(\S+)/.exec(server.stdout)?.[1] ?? '';
    expect(existsSync(server.kubeconfigPath)).toBe(true);
    expect(await server.stop()).toBe(0);
    expect(existsSync(data)).toBe(false);
  }, 60_000);

  it('says in one sentence that a port is taken, and how to go on', async () => {
    const busy = createServer().listen(0, '127.0.0.1');
    await once(busy, 'listening');
    const { port } = busy.address() as { port: number };
    const { exitCode, stderr } = await runProgram('main.js', ['--ephemeral', '--port', String(port)]);
    busy.close();
    expect(stderr).toBe(`Port ${port} is taken. Choose another with --port, or --port 0 for any free one.\n`);
    expect(exitCode).toBe(2);
  }, 60_000);

  it('says in one sentence that nothing can be written, and how to go on', async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, 'file');
    writeFileSync(file, '');
    const { exitCode, stderr } = await runProgram('main.js', ['--port', '0', '--data-dir', join(file, 'data')]);
    expect(stderr).toMatch(/^Nothing can be written to ".*" \(ENOTDIR\)\. Choose another with --data-dir, .*\n$/);
    expect(exitCode).toBe(2);
  }, 60_000);

  it('refuses a data directory that another server uses, and leaves that one alone', async () => {
    using directory = temporaryDirectory();
    await using first = await startServer(['--data-dir', directory.path]);
    const { exitCode, stderr } = await runProgram('main.js', ['--port', '0', '--data-dir', directory.path]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/another GLADOS is using/i);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect((await fetch(first.url.replace('/graphql', '/livez'))).status).toBe(200);
    expect(readFileSync(join(directory.path, 'server.json'), 'utf8')).toContain(first.url);
  }, 60_000);

  it('names a misspelt option', async () => {
    const { exitCode, stderr } = await runProgram('main.js', ['--prot', '1']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("'--prot'");
  });
});
