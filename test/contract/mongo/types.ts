import { expect, it } from '@jest/globals';
import { Binary, Decimal128, Double, Int32, Long, ObjectId, Timestamp, UUID } from 'mongodb';
import { givenDatabase, type Open } from './connection.js';

const raw = { promoteValues: false, promoteLongs: false } as const;

function typesOf(row: Record<string, unknown> | null, names: readonly string[]): unknown[] {
  return names.map((name) => (row?.[name] as { _bsontype?: string } | undefined)?._bsontype);
}

/** BSON types come back as they went in. */
export function itKeepsTypesLikeMongo(open: Open): void {
  const given = givenDatabase(open);

  it('keeps the four kinds of numbers apart', async () => {
    const rows = given.fresh();
    await rows.insertOne({
      _id: 1,
      i: new Int32(7),
      d: new Double(7),
      l: Long.fromString('9007199254740993'),
      m: Decimal128.fromString('1.10'),
    });
    const row = await rows.findOne(
      { d: { $type: 'double' }, i: { $type: 'int' }, l: { $type: 'long' }, m: { $type: 'decimal' } },
      raw,
    );
    expect(typesOf(row, ['i', 'd', 'l', 'm'])).toEqual(['Int32', 'Double', 'Long', 'Decimal128']);
    expect([String(row?.['l']), String(row?.['m'])]).toEqual(['9007199254740993', '1.10']);
  });

  it('keeps the types of the fields an update does not touch', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 1, d: new Double(7), l: Long.fromNumber(5), n: 1 });
    await rows.updateOne({ _id: 1 }, { $inc: { n: 1 } });
    await rows.updateOne({ _id: 1 }, [{ $set: { n: { $add: ['$n', 1] } } }]);
    const row = await rows.findOne({}, raw);
    expect(typesOf(row, ['d', 'l', 'n'])).toEqual(['Double', 'Long', 'Int32']);
    expect(String(row?.['n'])).toBe('3');
  });

  it('adds int to int as int, grows to long, and becomes double with a double', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 1, a: new Int32(1), b: new Int32(2147483647), c: new Int32(1) });
    await rows.updateOne({ _id: 1 }, { $inc: { a: new Int32(1), b: new Int32(1), c: new Double(0.5) } as never });
    expect(typesOf(await rows.findOne({}, raw), ['a', 'b', 'c'])).toEqual(['Int32', 'Long', 'Double']);
  });

  it('finds numbers by value whatever their type, also beyond 2^53', async () => {
    const rows = given.fresh();
    await rows.createIndex({ n: 1 });
    await rows.insertMany([
      { _id: 1, n: new Int32(1) },
      { _id: 2, n: new Double(1) },
      { _id: 3, n: Long.fromNumber(1) },
      { _id: 4, n: Decimal128.fromString('1.00') },
      { _id: 5, n: Long.fromString('9007199254740993') },
      { _id: 6, n: new Double(9007199254740992) },
    ]);
    expect((await rows.find({ n: 1 }).sort({ _id: 1 }).toArray()).map((row) => row._id)).toEqual([1, 2, 3, 4]);
    expect((await rows.find({ n: { $gt: 9007199254740992 } }).toArray()).map((row) => row._id)).toEqual([5]);
  });

  it('orders types as MongoDB does', async () => {
    const rows = given.fresh();
    const values = [
      null,
      3,
      'a',
      { a: 1 },
      new Binary(Buffer.from([1])),
      new ObjectId(),
      true,
      new Date(0),
      new Timestamp({ t: 1, i: 1 }),
    ];
    await rows.insertMany(values.map((v, _id) => ({ _id, v })).reverse());
    expect((await rows.find().sort({ v: 1 }).toArray()).map((row) => row._id)).toEqual(values.map((_, i) => i));
    await rows.createIndex({ v: -1 });
    expect((await rows.find().sort({ v: -1 }).toArray()).map((row) => row._id)).toEqual(
      values.map((_, i) => i).reverse(),
    );
  });

  it('keeps what JavaScript has no literal for, and the order of keys', async () => {
    const rows = given.fresh();
    const uuid = new UUID();
    await rows.insertOne({
      _id: 1,
      nan: Number.NaN,
      zero: -0,
      inf: -Infinity,
      re: /a+/i,
      ts: new Timestamp({ t: 5, i: 6 }),
      uuid,
      z: { y: 1, b: 2 },
      'key ü😀': 'x\u0000z',
    });
    const row = await rows.findOne({});
    expect(row?.['nan']).toBeNaN();
    expect(Object.is(row?.['zero'], -0)).toBe(true);
    expect(row?.['inf']).toBe(-Infinity);
    expect(String(row?.['re'])).toBe('/a+/i');
    expect(row?.['ts']).toEqual(new Timestamp({ t: 5, i: 6 }));
    expect(String(row?.['uuid'])).toBe(String(uuid));
    expect(JSON.stringify(row?.['z'])).toBe('{"y":1,"b":2}');
    expect(row?.['key ü😀']).toBe('x\u0000z');
  });
}
