import { expect, it } from '@jest/globals';
import { givenDatabase, type Open, refusal } from './connection.js';

/** What any MongoDB must do with single documents and queries. */
export function itStoresLikeMongo(open: Open): void {
  const given = givenDatabase(open);

  it('finds by filter, order, skip, limit and projection', async () => {
    const rows = given.fresh();
    await rows.insertMany(Array.from({ length: 20 }, (_, i) => ({ _id: i, g: i % 3, v: 20 - i })));
    const found = await rows
      .find({ g: 1 }, { projection: { v: 1, _id: 0 } })
      .sort({ v: 1 })
      .skip(1)
      .limit(3)
      .toArray();
    expect(found).toEqual([{ v: 4 }, { v: 7 }, { v: 10 }]);
  });

  it('hands a large result out in batches and loses none', async () => {
    const rows = given.fresh();
    await rows.insertMany(Array.from({ length: 1500 }, (_, i) => ({ _id: i })));
    const seen: unknown[] = [];
    for await (const row of rows.find({}, { batchSize: 37 })) seen.push(row._id);
    expect(seen).toEqual(Array.from({ length: 1500 }, (_, i) => i));
  });

  it('matches arrays by their elements and null by what is missing', async () => {
    const rows = given.fresh();
    await rows.insertMany([
      { _id: 1, a: [1, 2] },
      { _id: 2, a: [] },
      { _id: 3, a: null },
      { _id: 4 },
      { _id: 5, a: [{ b: 1 }, { b: 7 }] },
    ]);
    const ids = async (filter: object): Promise<unknown[]> =>
      (await rows.find(filter).sort({ _id: 1 }).toArray()).map((row) => row._id);
    expect(await ids({ a: 2 })).toEqual([1]);
    expect(await ids({ a: null })).toEqual([3, 4]);
    expect(await ids({ a: { $size: 0 } })).toEqual([2]);
    expect(await ids({ 'a.b': { $gt: 5 } })).toEqual([5]);
    expect(await ids({ a: { $elemMatch: { b: { $gte: 1, $lt: 5 } } } })).toEqual([5]);
    expect(await ids({ a: { $exists: false } })).toEqual([4]);
    expect(await ids({ a: { $ne: 1 } })).toEqual([2, 3, 4, 5]);
  });

  it('refuses a second document with the same _id, and says which one of many it was', async () => {
    const rows = given.fresh();
    const error = await refusal(rows.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 1 }, { _id: 3 }], { ordered: false }));
    expect(error.code).toBe(11000);
    expect(error['insertedCount']).toBe(3);
    expect(await rows.countDocuments()).toBe(3);
  });

  it('stops at the first refusal when the writes are ordered', async () => {
    const rows = given.fresh();
    await refusal(rows.insertMany([{ _id: 1 }, { _id: 1 }, { _id: 2 }]));
    expect(await rows.countDocuments()).toBe(1);
  });

  it('applies update operators', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 1, a: 1, b: 2, c: 5, d: 5, list: [3, 1], old: 'o' });
    await rows.updateOne(
      { _id: 1 },
      {
        $set: { 'x.y': 1 },
        $unset: { b: '' },
        $inc: { a: 2 },
        $min: { c: 1 },
        $max: { d: 9 },
        $rename: { old: 'new' },
        $push: { list: { $each: [9, 2], $sort: 1, $slice: -3 } } as never,
      },
    );
    expect(await rows.findOne({})).toEqual({ _id: 1, a: 3, c: 1, d: 9, list: [2, 3, 9], x: { y: 1 }, new: 'o' });
  });

  it('updates the element the filter matched, all elements, and those an array filter names', async () => {
    const rows = given.fresh();
    await rows.insertOne({
      _id: 1,
      t: [
        { k: 1, v: 0 },
        { k: 2, v: 0 },
      ],
    });
    await rows.updateOne({ _id: 1, 't.k': 2 }, { $set: { 't.$.v': 7 } });
    await rows.updateOne({ _id: 1 }, { $inc: { 't.$[].n': 1 } });
    await rows.updateOne({ _id: 1 }, { $set: { 't.$[e].v': 8 } }, { arrayFilters: [{ 'e.k': 1 }] });
    expect((await rows.findOne({}))?.['t']).toEqual([
      { k: 1, v: 8, n: 1 },
      { k: 2, v: 7, n: 1 },
    ]);
  });

  it('updates by a pipeline', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 1, a: 2, b: 3 });
    await rows.updateOne({ _id: 1 }, [{ $set: { sum: { $add: ['$a', '$b'] } } }, { $unset: 'a' }]);
    expect(await rows.findOne({})).toEqual({ _id: 1, b: 3, sum: 5 });
  });

  it('upserts once, with the equalities of the filter and what is only set on insert', async () => {
    const rows = given.fresh();
    const update = { $setOnInsert: { born: 1 }, $inc: { n: 1 } };
    const first = await rows.updateOne({ k: 'x' }, update, { upsert: true });
    const second = await rows.updateOne({ k: 'x' }, update, { upsert: true });
    expect([first.upsertedCount, second.upsertedCount, second.matchedCount]).toEqual([1, 0, 1]);
    expect(await rows.findOne({}, { projection: { _id: 0 } })).toEqual({ k: 'x', born: 1, n: 2 });
  });

  it('says that nothing was modified when nothing changes', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 1, a: 1 });
    const { matchedCount, modifiedCount } = await rows.updateOne({ _id: 1 }, { $set: { a: 1 } });
    expect([matchedCount, modifiedCount]).toEqual([1, 0]);
  });

  it('gives each job to one of many who claim at once', async () => {
    const rows = given.fresh();
    await rows.insertMany(Array.from({ length: 30 }, (_, i) => ({ _id: i, s: 'q' })));
    const claimed: unknown[] = [];
    const worker = async (): Promise<void> => {
      for (;;) {
        const row = await rows.findOneAndUpdate(
          { s: 'q' },
          { $set: { s: 'run' } },
          { sort: { _id: 1 }, returnDocument: 'after' },
        );
        if (!row) return;
        claimed.push(row._id);
      }
    };
    await Promise.all(Array.from({ length: 6 }, worker));
    expect(claimed.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });

  it('refuses what it does not know by the codes of MongoDB', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 1, a: 1 });
    expect((await refusal(given.db.command({ nosuchcommand: 1 }))).code).toBe(59);
    expect((await refusal(given.db.command({ find: rows.collectionName, nonsense: 1 }))).code).toBe(40415);
    expect((await refusal(rows.updateOne({ _id: 1 }, { $nonsense: { a: 1 } } as never))).code).toBe(9);
    expect((await refusal(rows.findOne({ a: { $nonsense: 1 } }))).code).toBe(2);
    expect((await refusal(rows.aggregate([{ $nonsense: 1 }]).toArray())).code).toBe(40324);
    expect((await refusal(rows.updateOne({ _id: 1 }, { $set: { _id: 2 } } as never))).code).toBe(66);
    expect((await refusal(rows.updateOne({ _id: 1 }, { $set: { a: 1 }, $inc: { a: 1 } }))).code).toBe(40);
  });

  it('aggregates: match, group, sort, project, unwind, lookup, facet', async () => {
    const rows = given.fresh();
    const others = given.fresh();
    await rows.insertMany(Array.from({ length: 10 }, (_, i) => ({ _id: i, g: i % 2, v: i, tags: ['a', `t${i % 3}`] })));
    await others.insertMany([
      { _id: 'x', g: 0 },
      { _id: 'y', g: 0 },
    ]);
    const groups = [
      { $match: { v: { $gte: 4 } } },
      { $group: { _id: '$g', n: { $sum: 1 }, top: { $max: '$v' } } },
      { $sort: { _id: 1 } },
    ];
    expect(await rows.aggregate(groups).toArray()).toEqual([
      { _id: 0, n: 3, top: 8 },
      { _id: 1, n: 3, top: 9 },
    ]);
    expect(await rows.aggregate([{ $unwind: '$tags' }, { $sortByCount: '$tags' }, { $limit: 1 }]).toArray()).toEqual([
      { _id: 'a', count: 10 },
    ]);
    const joined = [
      { $match: { _id: { $lt: 2 } } },
      { $lookup: { from: others.collectionName, localField: 'g', foreignField: 'g', as: 'kin' } },
      { $project: { kin: { $size: '$kin' } } },
    ];
    expect(await rows.aggregate(joined).toArray()).toEqual([
      { _id: 0, kin: 2 },
      { _id: 1, kin: 0 },
    ]);
    expect(
      await rows
        .aggregate([
          { $facet: { all: [{ $count: 'n' }], top: [{ $sort: { v: -1 } }, { $limit: 1 }, { $project: { v: 1 } }] } },
        ])
        .toArray(),
    ).toEqual([{ all: [{ n: 10 }], top: [{ _id: 9, v: 9 }] }]);
  });

  it('ends a query that takes longer than it may', async () => {
    const rows = given.fresh();
    await rows.insertMany(Array.from({ length: 1500 }, (_, i) => ({ _id: i })));
    const pipeline = [
      { $match: { $expr: { $lt: [{ $mod: [{ $multiply: ['$_id', '$$i'] }, 7] }, 3] } } },
      { $count: 'n' },
    ];
    const slow = rows.aggregate(
      [{ $lookup: { from: rows.collectionName, let: { i: '$_id' }, pipeline, as: 'x' } }, { $count: 'n' }],
      { maxTimeMS: 50 },
    );
    expect((await refusal(slow.toArray())).code).toBe(50);
  });

  it('refuses documents larger than 16 MB', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 1, list: [Buffer.alloc(9 * 1024 * 1024, 1)] });
    expect((await refusal(rows.insertOne({ _id: 2, b: Buffer.alloc(16 * 1024 * 1024 + 100) }))).message).toMatch(
      /too large/,
    );
    await refusal(rows.updateOne({ _id: 1 }, { $push: { list: Buffer.alloc(8 * 1024 * 1024, 1) } as never }));
    expect((await rows.findOne({ _id: 1 }))?.['list']).toHaveLength(1);
    expect(await rows.countDocuments()).toBe(1);
  });
}
