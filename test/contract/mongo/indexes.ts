import { expect, it } from '@jest/globals';
import { givenDatabase, type Open, refusal } from './connection.js';

/** What any MongoDB must do with indexes and validators. */
export function itIndexesLikeMongo(open: Open): void {
  const given = givenDatabase(open);

  it('refuses a second document under a unique key and says which key it was', async () => {
    const rows = given.fresh();
    await rows.createIndex({ owner: 1, name: 1 }, { unique: true });
    await rows.insertOne({ _id: 1, owner: 'a', name: 'n' });
    const error = await refusal(rows.insertOne({ _id: 2, owner: 'a', name: 'n' }));
    expect(error).toMatchObject({
      code: 11000,
      keyPattern: { owner: 1, name: 1 },
      keyValue: { owner: 'a', name: 'n' },
    });
    expect(error.message).toMatch(
      /E11000 duplicate key error collection: .* index: owner_1_name_1 dup key: \{ owner: "a", name: "n" \}/,
    );
  });

  it('leaves a document alone whose update would break a unique index', async () => {
    const rows = given.fresh();
    await rows.createIndex({ k: 1 }, { unique: true });
    await rows.insertMany([
      { _id: 1, k: 1 },
      { _id: 2, k: 2 },
    ]);
    expect((await refusal(rows.updateOne({ _id: 2 }, { $set: { k: 1 } }))).code).toBe(11000);
    expect(await rows.findOne({ _id: 2 })).toEqual({ _id: 2, k: 2 });
    expect(await rows.findOne({ k: 2 })).toEqual({ _id: 2, k: 2 });
  });

  it('holds to uniqueness only the documents of a partial and of a sparse index', async () => {
    const partial = given.fresh();
    await partial.createIndex(
      { owner: 1, key: 1 },
      { unique: true, partialFilterExpression: { key: { $exists: true } } },
    );
    await partial.insertMany([
      { _id: 1, owner: 'a' },
      { _id: 2, owner: 'a' },
      { _id: 3, owner: 'a', key: 'k' },
    ]);
    expect((await refusal(partial.insertOne({ _id: 4, owner: 'a', key: 'k' }))).code).toBe(11000);
    const sparse = given.fresh();
    await sparse.createIndex({ k: 1 }, { unique: true, sparse: true });
    await sparse.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3, k: 1 }]);
    expect((await refusal(sparse.insertOne({ _id: 4, k: 1 }))).code).toBe(11000);
    expect(await sparse.find({ k: null }).sort({ _id: 1 }).toArray()).toEqual([{ _id: 1 }, { _id: 2 }]);
  });

  it('makes no unique index over documents that are not unique', async () => {
    const rows = given.fresh();
    await rows.insertMany([
      { _id: 1, k: 1 },
      { _id: 2, k: 1 },
    ]);
    expect((await refusal(rows.createIndex({ k: 1 }, { unique: true }))).code).toBe(11000);
    expect(await rows.indexes()).toHaveLength(1);
  });

  it('answers the same with an index as without', async () => {
    const values = [
      null,
      1,
      2.5,
      'a',
      'b',
      true,
      new Date(5),
      { x: 1 },
      [1, 'a'],
      [],
      [[1]],
      -3,
      'a\u0000b',
      'é',
      '😀',
    ];
    const [plain, indexed] = [given.fresh(), given.fresh()];
    await indexed.createIndex({ v: 1, w: -1 });
    const docs = values.flatMap((v, i) => values.slice(0, 5).map((w, k) => ({ _id: i * 10 + k, v, w })));
    for (const rows of [plain, indexed]) await rows.insertMany([...docs, { _id: 999 }]);
    const filters: object[] = [
      ...values.map((v) => ({ v })),
      ...values.filter((v) => !Array.isArray(v)).map((v) => ({ v: { $gte: v } })),
      { v: { $in: [1, 'a', null] } },
      { v: { $in: ['a', 'b'] }, w: { $gt: 0 } },
      { v: 'a', w: 1 },
      { v: { $gt: 0, $lt: 2 } },
      { v: 'a', w: null },
    ];
    for (const filter of filters) {
      const [expected, found] = await Promise.all(
        [plain, indexed].map((rows) => rows.find(filter).sort({ _id: 1 }).toArray()),
      );
      expect(found).toEqual(expected);
      expect(await indexed.countDocuments(filter)).toBe(expected?.length);
    }
  });

  it('reads an index in both directions, with equal fields before', async () => {
    const rows = given.fresh();
    await rows.createIndex({ e: 1, i: 1 });
    await rows.createIndex({ at: -1, _id: -1 });
    await rows.insertMany(
      Array.from({ length: 50 }, (_, i) => ({ _id: i, e: i % 2, i: (i * 7) % 50, at: new Date(Math.floor(i / 5)) })),
    );
    const up = await rows.find({ e: 1 }).sort({ i: 1 }).limit(5).toArray();
    const down = await rows.find({ e: 1 }).sort({ i: -1 }).limit(5).toArray();
    expect(up.map((row) => row['i'])).toEqual([1, 3, 5, 7, 9]);
    expect(down.map((row) => row['i'])).toEqual([49, 47, 45, 43, 41]);
    const page = await rows
      .find({ at: { $lte: new Date(3) } })
      .sort({ at: -1, _id: -1 })
      .limit(7)
      .toArray();
    expect(page.map((row) => row._id)).toEqual([19, 18, 17, 16, 15, 14, 13]);
  });

  it('says by explain which index it uses', async () => {
    const rows = given.fresh();
    await rows.createIndex({ a: 1 });
    await rows.insertMany(Array.from({ length: 30 }, (_, i) => ({ _id: i, a: i, b: i })));
    expect(JSON.stringify(await rows.find({ a: 5 }).explain())).toMatch(/IXSCAN.*a_1/);
    expect(JSON.stringify(await rows.find({ b: 5 }).explain())).toMatch(/COLLSCAN/);
  });

  it('lists indexes, drops them, and refuses one that contradicts another', async () => {
    const rows = given.fresh();
    await rows.createIndex({ at: 1 }, { expireAfterSeconds: 5 });
    await rows.createIndex({ at: 1 }, { expireAfterSeconds: 5 });
    expect(await rows.indexes()).toEqual([
      { v: 2, key: { _id: 1 }, name: '_id_' },
      { v: 2, key: { at: 1 }, name: 'at_1', expireAfterSeconds: 5 },
    ]);
    expect([85, 86]).toContain((await refusal(rows.createIndex({ at: 1 }, { unique: true }))).code);
    await rows.dropIndex('at_1');
    expect(await rows.indexes()).toHaveLength(1);
    expect((await refusal(rows.dropIndex('at_1'))).code).toBe(27);
  });

  it('holds documents to a $jsonSchema', async () => {
    const schema = { bsonType: 'object', required: ['a'], properties: { a: { bsonType: 'int', minimum: 1 } } };
    const rows = await given.db.createCollection<{ _id: number; a?: unknown }>('validated', {
      validator: { $jsonSchema: schema },
    });
    await rows.insertOne({ _id: 1, a: 2 });
    expect((await refusal(rows.insertOne({ _id: 2, a: 'no' }))).code).toBe(121);
    expect((await refusal(rows.insertOne({ _id: 3 }))).code).toBe(121);
    expect((await refusal(rows.updateOne({ _id: 1 }, { $set: { a: 0 } }))).code).toBe(121);
    expect(await rows.find().toArray()).toEqual([{ _id: 1, a: 2 }]);
  });
}
