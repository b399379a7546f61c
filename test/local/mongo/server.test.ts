import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { startLocalMongo } from '../../../src/local/mongo/server.js';

describe('the local database', () => {
  let directory: string;
  let socketPath: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lm-'));
    socketPath = join(directory, 'm.sock');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** Starts it, gives a client of it to `use`, and ends both. */
  async function within<T>(use: (client: MongoClient) => Promise<T>, more: object = {}): Promise<T> {
    await using local = await startLocalMongo({ directory, socketPath, ...more });
    const client = await new MongoClient(local.uri).connect();
    try {
      return await use(client);
    } finally {
      await client.close();
    }
  }

  it('opens its socket to its owner only, and takes it away when it ends', async () => {
    await within(async () => expect(statSync(socketPath).mode & 0o777).toBe(0o600));
    expect(statSync(socketPath, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('keeps what it acknowledged, its indexes and its resume tokens from one life to the next', async () => {
    const token = await within(async (client) => {
      const rows = client.db('d').collection<{ _id: number }>('c');
      await rows.createIndex({ k: 1 }, { unique: true });
      const stream = rows.watch([], { maxAwaitTimeMS: 50 });
      await stream.tryNext();
      await rows.insertMany([{ _id: 1 }]);
      const event = await stream.next();
      await stream.close();
      await rows.insertMany([{ _id: 2, k: 'b' } as never]);
      return event._id;
    });
    await within(async (client) => {
      const rows = client.db('d').collection<{ _id: number }>('c');
      expect(await rows.countDocuments()).toBe(2);
      expect((await rows.indexes()).map(({ name }) => name)).toEqual(['_id_', 'k_1']);
      const stream = rows.watch([], { resumeAfter: token, maxAwaitTimeMS: 50 });
      expect(await stream.next()).toMatchObject({ documentKey: { _id: 2 } });
      await stream.close();
    });
  });

  it('leaves no listener on a socket that was full', async () => {
    const sockets: Socket[] = [];
    const seen = (message: unknown): void => void sockets.push((message as { readonly socket: Socket }).socket);
    subscribe('net.server.socket', seen);
    const listeners = await within(async (client) => {
      const rows = client.db('d').collection<{ _id: number; text: string }>('c');
      await rows.insertOne({ _id: 1, text: 'x'.repeat(4_000_000) });
      const before = sockets.map((socket) => socket.listenerCount('close'));
      for (let round = 0; round < 5; round += 1) await rows.findOne({ _id: 1 });
      return sockets
        .slice(0, before.length)
        .map((socket, index) => socket.listenerCount('close') - (before[index] ?? 0));
    });
    unsubscribe('net.server.socket', seen);
    expect(listeners.length).toBeGreaterThan(0);
    expect(listeners.every((more) => more === 0)).toBe(true);
  });

  it('refuses to share a directory with one that lives, in one sentence', async () => {
    await within(async () => {
      await expect(startLocalMongo({ directory, socketPath })).rejects.toThrow(
        'Another GLADOS is using this directory',
      );
    });
  });

  it('takes the place of one that died without cleaning up', async () => {
    const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script, socketPath]);
    expect(statSync(socketPath).isSocket()).toBe(true);
    expect(await within((client) => client.db('d').command({ ping: 1 }))).toMatchObject({ ok: 1 });
  });

  it('does not remove a file that is no socket', async () => {
    writeFileSync(socketPath, 'precious');
    await expect(startLocalMongo({ directory, socketPath })).rejects.toThrow('not a socket');
    expect(statSync(socketPath).size).toBe(8);
  });

  it('says that the path of a socket is too long, or not one drivers know', async () => {
    await expect(
      startLocalMongo({ directory, socketPath: join(directory, `${'x'.repeat(120)}.sock`) }),
    ).rejects.toThrow('longer than 107 bytes');
    await expect(startLocalMongo({ directory, socketPath: join(directory, 'm') })).rejects.toThrow('must end in .sock');
  });

  it('ends only the connection on which nonsense came', async () => {
    await within(async (client) => {
      const bad: Socket = connect(socketPath);
      bad.on('error', () => bad.destroy());
      bad.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await once(bad, 'close');
      expect(await client.db('d').command({ ping: 1 })).toMatchObject({ ok: 1 });
    });
  });

  it('rolls the transaction of a connection back that is gone, so that others go on', async () => {
    await within(async (client) => {
      const rows = client.db('d').collection<{ _id: number }>('c');
      await rows.insertOne({ _id: 0 });
      const other = await new MongoClient(
        `mongodb://${encodeURIComponent(socketPath)}/?directConnection=true`,
      ).connect();
      const session = other.startSession();
      session.startTransaction();
      await other.db('d').collection<{ _id: number }>('c').insertOne({ _id: 1 }, { session });
      const waiting = rows.insertOne({ _id: 2 });
      await other.close(true);
      await waiting;
      expect((await rows.find().toArray()).map(({ _id }) => _id)).toEqual([0, 2]);
    });
  });

  it('ends a transaction that lasts too long, and lets reads pass meanwhile', async () => {
    const limits = { transactionLifetimeSeconds: 0.2 };
    await within(async (client) => {
      const rows = client.db('d').collection<{ _id: number }>('c');
      await rows.insertOne({ _id: 0 });
      await client.withSession(async (session) => {
        session.startTransaction();
        await rows.insertOne({ _id: 1 }, { session });
        const waiting = rows.insertOne({ _id: 2 });
        expect(await rows.countDocuments()).toBe(1);
        await waiting;
        await expect(session.commitTransaction()).rejects.toMatchObject({ code: 251 });
      });
      expect((await rows.find().toArray()).map(({ _id }) => _id)).toEqual([0, 2]);
    }, limits);
  });

  it('keeps the log within its bounds and refuses to resume from before them', async () => {
    await within(
      async (client) => {
        const rows = client.db('d').collection<{ _id: number }>('c');
        await rows.insertOne({ _id: -1 });
        const stream = rows.watch([], { maxAwaitTimeMS: 50 });
        await stream.tryNext();
        const token = stream.resumeToken;
        await stream.close();
        for (let i = 0; i < 5; i++) await rows.insertMany(Array.from({ length: 50 }, (_, k) => ({ _id: i * 50 + k })));
        const late = rows.watch([], { resumeAfter: token, maxAwaitTimeMS: 50 });
        await expect(late.tryNext()).rejects.toMatchObject({ code: 286 });
        await late.close();
      },
      { oplog: { entries: 100, bytes: 1_000_000 } },
    );
  });

  it('refuses what it cannot do instead of doing it wrongly', async () => {
    await within(async (client) => {
      const rows = client.db('d').collection('c');
      await rows.insertOne({ s: 'Ab' });
      await expect(
        rows.find({ s: 'ab' }, { collation: { locale: 'en', strength: 2 } }).toArray(),
      ).rejects.toMatchObject({ code: 238 });
      await expect(rows.createIndex({ s: 'text' })).rejects.toMatchObject({ code: 238 });
      await expect(rows.find({ $where: 'true' }).toArray()).rejects.toMatchObject({ code: 238 });
      await expect(
        rows.aggregate([{ $project: { x: { $function: { body: 'f', args: [], lang: 'js' } } } }]).toArray(),
      ).rejects.toMatchObject({ code: 238 });
    });
  });
});
