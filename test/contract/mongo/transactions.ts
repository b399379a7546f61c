import { expect, it } from '@jest/globals';
import { Long, MongoClient } from 'mongodb';
import { givenDatabase, type Open, refusal } from './connection.js';

/** Transactions and retried writes. */
export function itTransactsLikeMongo(open: Open): void {
  const given = givenDatabase(open);

  it('shows all of a committed transaction', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 0 });
    await given.client.withSession((session) =>
      session.withTransaction(async () => {
        await rows.insertOne({ _id: 1 }, { session });
        await rows.updateOne({ _id: 0 }, { $set: { a: 1 } }, { session });
      }),
    );
    expect(await rows.find().sort({ _id: 1 }).toArray()).toEqual([{ _id: 0, a: 1 }, { _id: 1 }]);
  });

  it('shows nothing of an aborted one, and its own writes only to itself before', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 0 });
    await given.client.withSession(async (session) => {
      session.startTransaction();
      await rows.insertOne({ _id: 1 }, { session });
      expect(await rows.countDocuments({}, { session })).toBe(2);
      expect(await rows.countDocuments()).toBe(1);
      await session.abortTransaction();
    });
    expect(await rows.find().toArray()).toEqual([{ _id: 0 }]);
  });

  it('rolls back when a statement fails, and does not commit afterwards', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 0 });
    await given.client.withSession(async (session) => {
      session.startTransaction();
      await rows.insertOne({ _id: 1 }, { session });
      expect((await refusal(rows.insertOne({ _id: 0 }, { session }))).code).toBe(11000);
      expect((await refusal(session.commitTransaction())).code).toBe(251);
    });
    expect(await rows.find().toArray()).toEqual([{ _id: 0 }]);
  });

  it('lets transactions that meet at one document all have their turn', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 1, n: 0 });
    const increment = (): Promise<unknown> =>
      given.client.withSession((session) =>
        session.withTransaction(async () => {
          const row = await rows.findOne({ _id: 1 }, { session });
          await rows.updateOne({ _id: 1 }, { $set: { n: Number(row?.['n']) + 1 } }, { session });
        }),
      );
    await Promise.all(Array.from({ length: 8 }, increment));
    expect(await rows.findOne({})).toEqual({ _id: 1, n: 8 });
  });

  it('answers one of two open transactions on a document with a transient error', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 1, n: 0 });
    await given.client.withSession(async (first) => {
      first.startTransaction();
      await rows.updateOne({ _id: 1 }, { $set: { by: 'first' } }, { session: first });
      await given.client.withSession(async (second) => {
        second.startTransaction();
        const error = await refusal(rows.updateOne({ _id: 1 }, { $set: { by: 'second' } }, { session: second }));
        expect(error.code).toBe(112);
        expect(
          (error as unknown as { hasErrorLabel(label: string): boolean }).hasErrorLabel('TransientTransactionError'),
        ).toBe(true);
      });
      await first.commitTransaction();
    });
    expect(await rows.findOne({})).toEqual({ _id: 1, n: 0, by: 'first' });
  });

  it('applies a retried write once and answers it the same', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 1, n: 0 });
    const own = new MongoClient(given.uri, { retryWrites: false });
    const command = {
      update: rows.collectionName,
      updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } } }],
      txnNumber: Long.fromNumber(1),
    };
    const replies = await own.withSession(async (session) => {
      const first = await own.db(given.db.databaseName).command(command, { session });
      return [first, await own.db(given.db.databaseName).command(command, { session })];
    });
    await own.close();
    expect(replies.map(({ n, nModified }) => ({ n: Number(n), nModified: Number(nModified) }))).toEqual([
      { n: 1, nModified: 1 },
      { n: 1, nModified: 1 },
    ]);
    expect(await rows.findOne({})).toEqual({ _id: 1, n: 1 });
  });
}
