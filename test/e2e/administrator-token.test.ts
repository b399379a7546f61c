import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { runProgram, startServer, type ServerProcess } from '../support/server-process.js';

const token = randomBytes(24).toString('hex');
const query = JSON.stringify({ query: '{ experiments { totalCount } }' });
let server: ServerProcess;
let base: string;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'glados-token-'));
  server = await startServer(['--ephemeral'], 0, { GLADOS_ADMIN_TOKEN: token });
  base = server.url.replace(/\/graphql$/, '');
}, 60_000);
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

function ask(authorization?: string): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) };
  return fetch(`${base}/graphql`, { method: 'POST', body: query, headers });
}

/** What the server says to an introduction: an acknowledgement, or the code it closes with. */
async function introduced(payload: object | undefined, headers: Record<string, string> = {}): Promise<unknown> {
  const socket = new WebSocket(`${base.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  const closed = once(socket, 'close');
  const message = once(socket, 'message');
  socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
  const answer = await Promise.race([
    closed.then(([code]) => code as number),
    message.then(([text]) => (JSON.parse(String(text)) as { type: string }).type),
  ]);
  socket.close();
  await closed;
  return answer;
}

describe('a server with an administrator token', () => {
  it('answers GraphQL over HTTP to who shows it', async () => {
    const { status, headers } = await ask();
    expect({ status, asks: headers.get('www-authenticate') }).toEqual({ status: 401, asks: 'Bearer' });
    expect((await ask('Bearer wrong')).status).toBe(401);
    const answer = await ask(`Bearer ${token}`);
    expect(await answer.json()).toMatchObject({ data: { experiments: { totalCount: 0 } } });
  });

  it('opens a WebSocket to who shows it in the first message or in a header', async () => {
    expect(await introduced(undefined)).toBe(4401);
    expect(await introduced({ authorization: 'Bearer wrong' })).toBe(4401);
    expect(await introduced({ authorization: `Bearer ${token}` })).toBe('connection_ack');
    expect(await introduced({ Authorization: `Bearer ${token}` })).toBe('connection_ack');
    expect(await introduced(undefined, { authorization: `Bearer ${token}` })).toBe('connection_ack');
  });

  it('gives downloads to who shows it, and probes and the empty page to anybody', async () => {
    for (const path of ['files/none', 'experiments/none/results.csv']) {
      const authorized = { headers: { authorization: `Bearer ${token}` } };
      expect((await fetch(`${base}/${path}`)).status).toBe(401);
      expect((await fetch(`${base}/${path}`, authorized)).status).toBe(404);
    }
    for (const path of ['livez', 'readyz', 'graphiql']) expect((await fetch(`${base}/${path}`)).status).toBe(200);
  });

  it('runs an experiment for the commands with the token, through runners with theirs', async () => {
    const outputPath = join(directory, 'results.csv');
    const args = ['run', 'examples/add-numbers-node', '--server', server.url, '--output', outputPath];
    const refused = await runProgram('glados.js', args);
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain('Give a token with --token or GLADOS_TOKEN.');
    const done = await runProgram('glados.js', ['--token', token, ...args]);
    expect(done.exitCode).toBe(0);
    expect(readFileSync(outputPath, 'utf8').trim().split('\n')).toHaveLength(20);
    expect(server.stdout).toContain('with the administrator token only');
    expect(`${server.stdout}${server.stderr}`).not.toContain(token);
  }, 60_000);

  it('does not start where other machines reach it and no token was named', async () => {
    const ended = await runProgram('main.js', ['--ephemeral', '--port', '0', '--host', '0.0.0.0']);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toContain('Name a token with GLADOS_ADMIN_TOKEN_FILE');
  });
});
