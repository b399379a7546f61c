import { expect, it } from '@jest/globals';
import type { ChangeStream, ChangeStreamOptions, Collection } from 'mongodb';
import { givenDatabase, type Open, refusal, type Row, take } from './connection.js';

const quick = { maxAwaitTimeMS: 200 } as const;

/** A stream that is open on the server: what is written from now on is in it. */
async function opened(
  rows: Collection<Row>,
  options: ChangeStreamOptions = {},
  pipeline: object[] = [],
): Promise<ChangeStream<Row>> {
  const stream = rows.watch<Row>(pipeline, { ...quick, ...options });
  await stream.tryNext();
  return stream as ChangeStream<Row>;
}

const idsOf = (events: readonly unknown[]): unknown[] =>
  events.map((event) => (event as { documentKey: Row }).documentKey._id);
const typesOf = (events: readonly { operationType: string }[]): string[] => events.map((event) => event.operationType);

/** Change streams: in order, each event once, from where one was. */
export function itStreamsLikeMongo(open: Open): void {
  const given = givenDatabase(open);

  it('tells insert, update, replace and delete in order, with what they did', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 0 });
    const stream = await opened(rows);
    await rows.insertOne({ _id: 1, a: 1, b: 1, deep: { x: 1, y: 1 } });
    await rows.updateOne({ _id: 1 }, { $set: { a: 2, 'deep.x': 2 }, $unset: { b: 1 } });
    await rows.replaceOne({ _id: 1 }, { z: 1 } as never);
    await rows.deleteOne({ _id: 1 });
    const [inserted, updated, replaced, deleted] = await take(stream, 4);
    await stream.close();
    const ns = { db: given.db.databaseName, coll: rows.collectionName };
    expect(inserted).toMatchObject({
      operationType: 'insert',
      ns,
      documentKey: { _id: 1 },
      fullDocument: { _id: 1, a: 1, b: 1 },
    });
    expect(updated).toMatchObject({
      operationType: 'update',
      updateDescription: { updatedFields: { a: 2, 'deep.x': 2 }, removedFields: ['b'] },
    });
    expect(replaced).toMatchObject({ operationType: 'replace', fullDocument: { _id: 1, z: 1 } });
    expect(deleted).toMatchObject({ operationType: 'delete', documentKey: { _id: 1 } });
  });

  it('looks the document up when asked, and filters and shapes by a pipeline', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 0 });
    const pipeline = [{ $match: { 'fullDocument.owner': 'me' } }, { $project: { 'fullDocument.secret': 0 } }];
    const stream = await opened(rows, { fullDocument: 'updateLookup' }, pipeline);
    await rows.insertMany([
      { _id: 1, owner: 'you' },
      { _id: 2, owner: 'me', secret: 1 },
    ]);
    await rows.updateOne({ _id: 2 }, { $set: { v: 1 } });
    const events = await take(stream, 2);
    await stream.close();
    expect(typesOf(events)).toEqual(['insert', 'update']);
    expect((events[1] as { fullDocument?: unknown }).fullDocument).toEqual({ _id: 2, owner: 'me', v: 1 });
  });

  it.each(['resumeAfter', 'startAfter'] as const)(
    'goes on %s a token with nothing lost and nothing twice',
    async (how) => {
      const rows = given.fresh();
      await rows.insertOne({ _id: 0 });
      const first = await opened(rows);
      await rows.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }]);
      const [event] = await take(first, 1);
      await first.close();
      await rows.insertOne({ _id: 4 });
      const second = rows.watch<Row>([], { ...quick, [how]: event?._id }) as ChangeStream<Row>;
      expect(idsOf(await take(second, 3))).toEqual([2, 3, 4]);
      await second.close();
    },
  );

  it('can be resumed from the token of a stream that has told nothing', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 0 });
    const first = await opened(rows);
    const token = first.resumeToken;
    await first.close();
    await rows.insertOne({ _id: 1 });
    const second = rows.watch<Row>([], { ...quick, resumeAfter: token }) as ChangeStream<Row>;
    expect(idsOf(await take(second, 1))).toEqual([1]);
    await second.close();
  });

  it('starts at the time of an operation', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 0 });
    const { operationTime } = await given.db.command({ insert: rows.collectionName, documents: [{ _id: 1 }] });
    await rows.insertOne({ _id: 2 });
    const stream = rows.watch<Row>([], { ...quick, startAtOperationTime: operationTime }) as ChangeStream<Row>;
    expect(idsOf(await take(stream, 2))).toEqual([1, 2]);
    await stream.close();
  });

  it('tells of a whole database and of everything', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 0 });
    const match = [{ $match: { 'ns.coll': rows.collectionName, 'ns.db': given.db.databaseName } }];
    for (const stream of [given.db.watch<Row>(match, quick), given.client.watch<Row>(match, quick)]) {
      await stream.tryNext();
      await rows.updateOne({ _id: 0 }, { $inc: { n: 1 } });
      expect(typesOf(await take(stream as ChangeStream<Row>, 1))).toEqual(['update']);
      await stream.close();
    }
  });

  it('tells two listeners of a thousand inserts in their order', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: -1 });
    const [a, b] = [await opened(rows), await opened(rows)];
    for (let i = 0; i < 10; i++) await rows.insertMany(Array.from({ length: 100 }, (_, k) => ({ _id: i * 100 + k })));
    const [x, y] = await Promise.all([take(a, 1000), take(b, 1000)]);
    await Promise.all([a.close(), b.close()]);
    const expected = Array.from({ length: 1000 }, (_, i) => i);
    expect([idsOf(x), idsOf(y)]).toEqual([expected, expected]);
  });

  it('tells of a transaction when it is committed, and of none that is aborted', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 0 });
    const stream = await opened(rows);
    await given.client.withSession(async (session) => {
      session.startTransaction();
      await rows.insertOne({ _id: 'aborted' }, { session });
      await session.abortTransaction();
      await session.withTransaction(() => rows.insertMany([{ _id: 1 }, { _id: 2 }], { session }));
    });
    expect(idsOf(await take(stream, 2))).toEqual([1, 2]);
    await stream.close();
  });

  it('ends with drop and invalidate', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 0 });
    const stream = await opened(rows);
    await rows.drop();
    expect(typesOf(await take(stream, 2))).toEqual(['drop', 'invalidate']);
    await stream.close();
  });

  it('refuses a token that is none', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 0 });
    const stream = rows.watch([], { ...quick, resumeAfter: { _data: 'not hex' } });
    expect((await refusal(stream.tryNext())).code).toBe(9);
    await stream.close();
  });

  it('shows what a document was before, where the collection keeps that', async () => {
    const rows = await given.db.createCollection<Row>('remembered', {
      changeStreamPreAndPostImages: { enabled: true },
    });
    await rows.insertOne({ _id: 1, a: 1 });
    const stream = await opened(rows, { fullDocumentBeforeChange: 'required' });
    await rows.deleteOne({ _id: 1 });
    expect((await take(stream, 1))[0]).toMatchObject({
      operationType: 'delete',
      fullDocumentBeforeChange: { _id: 1, a: 1 },
    });
    await stream.close();
  });
}
