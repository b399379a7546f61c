import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NodeSocket } from '../../src/cli/node-socket.js';
import { createClient, type GladosClient } from '../../src/client/client.js';
import { startLocalMongo } from '../../src/local/mongo/server.js';
import { openDatabase, type Database } from '../../src/store/database.js';
import { changeRunnerKey } from '../../src/store/runner-key.js';
import { openRunnerTokens } from '../../src/store/runner-tokens.js';
import { openRaw } from '../api/http/raw-socket.js';
import { when } from '../client/when.js';
import { startServer, temporaryDirectory, type ServerProcess } from '../support/server-process.js';

const directory = temporaryDirectory();
const tokenPath = join(directory.path, 'token');
const tokens = { first: 'first-token-0123456789', second: 'second-token-0123456789' };
let mongo: Awaited<ReturnType<typeof startLocalMongo>>;
let database: Database;
let server: ServerProcess;

/** As a mounted Secret changes: the new file takes the old one's place. */
function writeToken(text: string): void {
  writeFileSync(`${tokenPath}.new`, text);
  renameSync(`${tokenPath}.new`, tokenPath);
}

beforeAll(async () => {
  writeToken(tokens.first);
  mongo = await startLocalMongo({ directory: directory.path, socketPath: join(directory.path, 'mongo.sock') });
  const environment = { MONGODB_URI: mongo.uri, GLADOS_ADMIN_TOKEN_FILE: tokenPath };
  server = await startServer(['--data-dir', join(directory.path, 'data')], 0, environment);
  database = await openDatabase(mongo.uri);
}, 60_000);
afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  await mongo?.[Symbol.asyncDispose]();
  directory[Symbol.dispose]();
}, 60_000);

function clientWith(token: string): GladosClient {
  return createClient({ url: server.url, token, webSocket: NodeSocket });
}

/** A store that is current, and how it and its connection end. */
async function following(client: GladosClient) {
  const { store } = client.experimentsChanged();
  expect(await when(store, ({ synced, ended }) => synced || ended)).toMatchObject({ error: undefined });
  return { store, ended: when(store, ({ ended }) => ended) };
}

const cutOff = {
  interrupted: undefined,
  connection: { phase: 'closed' },
  error: {
    status: 4403,
    message: 'Your token is not good any more.',
    errors: [{ extensions: { code: 'FORBIDDEN' } }],
  },
};

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** What a runner is told that asks what only people may: that, or that it is not known. */
async function answerTo(token: string): Promise<unknown> {
  const headers = { ...bearer(token), 'content-type': 'application/json' };
  const body = JSON.stringify({ query: '{ experiments { totalCount } }' });
  const answer = await (await fetch(server.url, { method: 'POST', body, headers })).json();
  return (answer as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions.code;
}

describe('a subscription whose token is not good any more', () => {
  it('ends when the file of the administrator token is changed; the new one opens it again', async () => {
    await using client = clientWith(tokens.first);
    const { store, ended } = await following(client);
    const changedAt = performance.now();
    writeToken(`${tokens.second}\n`);
    expect(await ended).toMatchObject(cutOff);
    expect(performance.now() - changedAt).toBeLessThan(15_000);
    await using again = clientWith(tokens.second);
    await following(again);
    // Final: nothing was tried again.
    expect(store.current.connection).toMatchObject({ phase: 'closed' });
  }, 60_000);
});

describe('the socket of a runner', () => {
  it('is closed when the key that signed its token is dropped, and is not while the key is changed', async () => {
    const before = (await openRunnerTokens(database)).issue('e1');
    const old = await openRaw(server.url.replace(/\/graphql$/, ''), { headers: bearer(before) });
    old.say({ type: 'connection_init' });
    await old.message(({ type }) => type === 'connection_ack');
    for (const step of ['add', 'use'] as const) await changeRunnerKey(database.db, step);
    const after = (await openRunnerTokens(database)).issue('e1');
    // The server hears of the new key within seconds.
    while ((await answerTo(after)) === 'UNAUTHENTICATED') await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await answerTo(before)).toBe('FORBIDDEN');
    old.say({ type: 'ping' });
    await old.message(({ type }) => type === 'pong');
    await changeRunnerKey(database.db, 'drop');
    expect(await old.closed).toEqual({ code: 4403, reason: cutOff.error.message });
    expect(await answerTo(before)).toBe('UNAUTHENTICATED');
    expect(await answerTo(after)).toBe('FORBIDDEN');
  }, 60_000);
});
