import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Binary, BSONRegExp, Decimal128, Double, Int32, Long, ObjectId, Timestamp, type Db } from 'mongodb';
import { backUp, listBackups, prune, verify } from '../../../src/store/backup/back-up.js';
import { rehearse, restore, sumsOf } from '../../../src/store/backup/restore.js';
import type { Database } from '../../../src/store/database.js';
import { createFiles } from '../../../src/store/files.js';
import { migrate } from '../../../src/store/migrations/migrate.js';
import { openRunnerTokens } from '../../../src/store/runner-tokens.js';
import { UnfitError } from '../../../src/store/unfit.js';
import { openTestDatabase } from '../../support/database.js';
import { doomed } from '../../support/doomed.js';
import { temporaryDirectory } from '../../support/server-process.js';

let database: Database;
let target: Database;
let directory: ReturnType<typeof temporaryDirectory>;
beforeEach(async () => {
  directory = temporaryDirectory();
  database = await openTestDatabase();
  target = await openTestDatabase();
  await target.db.dropDatabase();
});
afterEach(async () => {
  await database[Symbol.asyncDispose]();
  await target[Symbol.asyncDispose]();
  directory[Symbol.dispose]();
});

const everyType = [
  {
    _id: 1,
    int: new Int32(1),
    double: new Double(1),
    long: Long.fromNumber(1),
    decimal: Decimal128.fromString('0.10'),
  },
  { _id: 'b', nan: Number.NaN, zero: -0, big: Long.MAX_VALUE, none: null, nested: { list: [1, [2.5, {}]], '': '☃' } },
  {
    _id: new ObjectId(),
    when: new Date(-1),
    pattern: new BSONRegExp('a.b', 'im'),
    stamp: new Timestamp({ t: 1, i: 2 }),
  },
  { _id: new Binary(Buffer.from('id'), 4), bytes: new Binary(Buffer.alloc(70_000, 7)), yes: true, $odd: 'a.b' },
];

/** Documents of every type, and a file of 3 MB. */
async function fill(source: Database) {
  const { db } = source;
  await db.collection<{ _id: unknown }>('things').insertMany(everyType);
  const files = createFiles(source);
  const bytes = randomBytes(3_000_000);
  const { fileId } = await files.open({ name: 'p.zip', size: bytes.length, owner: 'local', now: Date.now() });
  await files.receive(fileId, Readable.from(bytes));
  await db.collection('feedMarks').insertOne({ id: 'this life' });
  return { fileId, sha256: createHash('sha256').update(bytes).digest('hex') };
}

const backUpTo = (path: string) => backUp(database.client, database.db, { to: path });

async function indexesOf(db: Db) {
  const names = Object.keys(await sumsOf(db));
  const all = await Promise.all(names.map(async (name) => [name, await db.collection(name).indexes()] as const));
  return Object.fromEntries(all);
}

describe('a backup', () => {
  it('is restored byte for byte, with every index, and without what belongs to one life of a database', async () => {
    const { fileId, sha256 } = await fill(database);
    const backup = await backUpTo(directory.path);
    // A server has started there once.
    await openRunnerTokens(target);
    await migrate(target.db);
    await restore(target.db, backup.directory);
    expect(await sumsOf(target.db)).toEqual(await sumsOf(database.db));
    expect(await indexesOf(target.db)).toEqual(await indexesOf(database.db));
    expect(await target.db.collection('feedMarks').countDocuments()).toBe(0);
    const restored = await buffer(await createFiles(target).read(fileId));
    expect(createHash('sha256').update(restored).digest('hex')).toBe(sha256);
    expect(await migrate(target.db)).toEqual([]);
  });

  it('is rehearsed in a database beside, of which nothing stays', async () => {
    await fill(database);
    const backup = await backUpTo(directory.path);
    const { collections } = await rehearse(target.client, target.db, backup.directory);
    expect(collections).toEqual(backup.manifest.collections);
    const { databases } = await target.client.db('admin').admin().listDatabases();
    expect(databases.filter(({ name }) => name === `${target.db.databaseName}_rehearsal`)).toEqual([]);
  });

  it('has its name only when it is whole, wherever the process that writes it dies', async () => {
    await database.db
      .collection('things')
      .insertMany(Array.from({ length: 2_500 }, (_, _id) => ({ _id: _id as never })));
    let deaths = 0;
    for (const fatal of [1, 4, 7, 10, 13, 200]) {
      const to = join(directory.path, String(fatal));
      await mkdir(to);
      const died = await doomed(database, fatal, (db, client) => backUp(client, db, { to }));
      deaths += died ? 1 : 0;
      const whole = await listBackups(to);
      expect(whole.length).toBe(died ? 0 : 1);
      for (const name of whole) await verify(join(to, name));
    }
    expect(deaths).toBeGreaterThan(3);
  });

  it('is refused when a file is damaged, cut off or missing, and the database stays as it is', async () => {
    await fill(database);
    for (const harm of [
      (path: string) => truncateSync(path, 40),
      (path: string) => writeFileSync(path, readFileSync(path).fill(0, 30, 35)),
      (path: string) => renameSync(path, `${path}.away`),
    ]) {
      const backup = await backUpTo(directory.path);
      harm(join(backup.directory, database.db.databaseName, 'things.bson.gz'));
      const restoring = restore(target.db, backup.directory, { replace: true });
      await expect(restoring).rejects.toBeInstanceOf(UnfitError);
      await expect(restoring).rejects.toThrow('is damaged');
      expect(await target.db.listCollections().toArray()).toEqual([]);
    }
  });

  it('is not restored over what is there, unless that is said', async () => {
    await fill(database);
    const backup = await backUpTo(directory.path);
    await target.db.collection('experiments').insertOne({ name: 'mine' });
    await expect(restore(target.db, backup.directory)).rejects.toThrow('is not empty: nothing was restored into it.');
    expect(await target.db.collection('experiments').countDocuments()).toBe(1);
    await restore(target.db, backup.directory, { replace: true });
    expect(await sumsOf(target.db)).toEqual(backup.manifest.collections);
  });

  it('is restored again after a restore was broken off; until then no server starts on the database', async () => {
    await fill(database);
    const backup = await backUpTo(directory.path);
    const seen = { refused: 0, finished: false };
    for (let fatal = 4; !seen.finished; fatal += 9) {
      seen.finished = !(await doomed(target, fatal, (db) => restore(db, backup.directory, { replace: true })));
      const marks = await target.db.collection('restores').countDocuments();
      if (marks === 0) continue;
      await expect(migrate(target.db)).rejects.toThrow('its restore was broken off. Run the restore again.');
      seen.refused += 1;
    }
    expect(seen.refused).toBeGreaterThan(2);
    await restore(target.db, backup.directory, { replace: true });
    expect(await sumsOf(target.db)).toEqual(backup.manifest.collections);
    expect(await migrate(target.db)).toEqual([]);
  });

  it('of a newer release is refused', async () => {
    await fill(database);
    await database.db.collection<{ _id: number }>('migrations').insertOne({ _id: 99 });
    const backup = await backUpTo(directory.path);
    await expect(restore(target.db, backup.directory)).rejects.toThrow(
      'has schema 99, this GLADOS knows schemas up to',
    );
  });

  it('goes when newer ones are enough, and so does what was broken off long ago', async () => {
    await database.db.collection('things').insertOne({});
    const day = 24 * 3600_000;
    const start = Date.parse('2026-11-01T03:00:00Z');
    for (const at of [0, 1, 2])
      await backUp(database.client, database.db, { to: directory.path, now: start + at * day });
    await mkdir(join(directory.path, '.glados-2026-11-01T04-00-00-000Z.partial'));
    await mkdir(join(directory.path, '.glados-2026-11-03T02-00-00-000Z.partial'));
    await mkdir(join(directory.path, 'lost+found'));
    await prune(directory.path, 2, start + 2 * day);
    expect(readdirSync(directory.path).sort()).toEqual([
      '.glados-2026-11-03T02-00-00-000Z.partial',
      'glados-2026-11-02T03-00-00-000Z',
      'glados-2026-11-03T03-00-00-000Z',
      'lost+found',
    ]);
  });

  it('is of one moment where the server can tell it, while others write', async () => {
    const [first, second] = [database.db.collection('a'), database.db.collection('b')];
    await Promise.all([first.insertOne({}), second.insertOne({})]);
    const writing = { goesOn: true };
    const writer = (async () => {
      while (writing.goesOn) {
        await database.transaction(async (session) => {
          await first.insertOne({ text: 'x'.repeat(1_000) }, { session });
          await second.insertOne({}, { session });
        });
      }
    })();
    const backup = await backUpTo(directory.path);
    writing.goesOn = false;
    await writer;
    const isReal = process.env.MONGODB_URI !== undefined;
    expect(backup.manifest.oneMoment).toBe(isReal);
    const [a, b] = ['a', 'b'].map((name) => backup.manifest.collections[name]?.count ?? 0);
    if (isReal) expect(a).toBe(b);
    else expect(b).toBeGreaterThanOrEqual(a ?? 0);
  });
});
