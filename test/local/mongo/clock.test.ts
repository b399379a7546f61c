import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MongoClient, type ChangeStreamInsertDocument, type Collection } from 'mongodb';
import { startLocalMongo } from '../../../src/local/mongo/server.js';
import { shiftClock } from '../../support/shifted-clock.js';

const hourMs = 3_600_000;
type Row = { readonly _id: number };

let directory: string;
let local: Awaited<ReturnType<typeof startLocalMongo>>;
let client: MongoClient;
let rows: Collection<Row>;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'lm-'));
  local = await startLocalMongo({ directory, socketPath: join(directory, 'm.sock') });
  client = await new MongoClient(local.uri).connect();
  rows = client.db('d').collection<Row>('c');
});
afterEach(async () => {
  await client.close();
  await local[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

describe.each([
  ['back', -hourMs],
  ['forward', hourMs],
])('a clock that is set %s by an hour under the local database', (_way, shiftMs) => {
  it('leaves a quiet change stream answering when it said it would', async () => {
    const stream = rows.watch([], { maxAwaitTimeMS: 300 });
    await stream.tryNext();
    const quiet = stream.tryNext();
    // It waits in the server by now: answers come in order.
    await client.db('d').command({ ping: 1 });
    using _shifted = shiftClock(shiftMs);
    expect(await quiet).toBeNull();
    await rows.insertOne({ _id: 1 });
    expect(await stream.next()).toMatchObject({ documentKey: { _id: 1 } });
    await stream.close();
  });

  it('moves no position of a change stream backwards, and a later one resumes from each', async () => {
    const stream = rows.watch([], { maxAwaitTimeMS: 50 });
    await stream.tryNext();
    const events: ChangeStreamInsertDocument<Row>[] = [];
    const insert = async (_id: number) => {
      await rows.insertOne({ _id });
      events.push((await stream.next()) as ChangeStreamInsertDocument<Row>);
    };
    await insert(1);
    {
      using _shifted = shiftClock(shiftMs);
      await insert(2);
    }
    await insert(3);
    await stream.close();
    const times = events.map(({ clusterTime }) => clusterTime?.toBigInt() ?? 0n);
    expect(times).toEqual(times.toSorted((a, b) => (a < b ? -1 : 1)));
    for (const [index, { _id }] of events.slice(0, -1).entries()) {
      const later = rows.watch([], { resumeAfter: _id, maxAwaitTimeMS: 50 });
      expect(await later.next()).toMatchObject({ documentKey: { _id: index + 2 } });
      await later.close();
    }
  });

  it('neither ends a read that has time left nor forgets a cursor', async () => {
    await rows.insertMany(Array.from({ length: 300 }, (_, _id) => ({ _id })));
    const cursor = rows.find({}, { batchSize: 100, maxTimeMS: 5_000 });
    await cursor.next();
    using _shifted = shiftClock(shiftMs);
    const rest = await cursor.toArray();
    expect(rest).toHaveLength(299);
  });
});
