import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Db } from 'mongodb';
import type { Database } from '../../../src/store/database.js';
import { migrate, schemaOf } from '../../../src/store/migrations/migrate.js';
import type { Migration } from '../../../src/store/migrations/migration.js';
import { released } from '../../../src/store/migrations/released.js';
import { UnfitError } from '../../../src/store/unfit.js';
import { openTestDatabase } from '../../support/database.js';
import { doomed } from '../../support/doomed.js';

let database: Database;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => {
  await database[Symbol.asyncDispose]();
});

interface Row {
  readonly _id: number;
  readonly label?: string;
}
const rows = (db: Db) => db.collection<Row>('things');

/** Two later versions, in several writes each. */
const later: readonly Migration[] = [
  ...released,
  {
    version: 2,
    name: 'labels',
    async run(db) {
      for await (const { _id } of rows(db).find({ label: { $exists: false } })) {
        await rows(db).updateOne({ _id }, { $set: { label: `thing ${_id}` } });
      }
    },
  },
  { version: 3, name: 'an index of labels', run: async (db) => void (await rows(db).createIndex({ label: 1 })) },
];

const things = [1, 2, 3, 4].map((_id) => ({ _id }));
const labelled = things.map(({ _id }) => ({ _id, label: `thing ${_id}` }));

async function expectMigrated(db: Db) {
  expect(await rows(db).find().sort({ _id: 1 }).toArray()).toEqual(labelled);
  expect((await rows(db).indexes()).map(({ key }) => key)).toContainEqual({ label: 1 });
  const recorded = await db.collection<Row>('migrations').find().sort({ _id: 1 }).toArray();
  expect(recorded.map(({ _id }) => _id)).toEqual([1, 2, 3]);
}

async function expectDone(db: Db) {
  await expectMigrated(db);
  expect(await db.collection('leases').countDocuments()).toBe(0);
}

describe('migrate', () => {
  it('numbers what was released from 1 without gaps', () => {
    expect(released.map(({ version }) => version)).toEqual(released.map((_, at) => at + 1));
  });

  it('runs what is missing once, in order, and records it', async () => {
    await rows(database.db).insertMany(things);
    expect(await schemaOf(database.db)).toBe(released.length);
    expect(await migrate(database.db, { migrations: later })).toEqual([2, 3]);
    expect(await migrate(database.db, { migrations: later })).toEqual([]);
    await expectDone(database.db);
  });

  it('is run by one of several that start at once; the others go on when it is done', async () => {
    await rows(database.db).insertMany(things);
    const ran = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const versions = await migrate(database.db, { migrations: later, leaseMs: 5_000 });
        // Another may hold the turn by now, and find that nothing is left to do.
        await expectMigrated(database.db);
        return versions;
      }),
    );
    await expectDone(database.db);
    expect(ran.flat().sort()).toEqual([2, 3]);
  });

  it('comes to the same end when a process dies at any of its commands', async () => {
    let deaths = 0;
    for (let fatal = 1; ; fatal += 1) {
      await Promise.all(['things', 'migrations', 'leases'].map((name) => database.db.collection(name).drop()));
      await migrate(database.db, { migrations: released });
      await rows(database.db).insertMany(things);
      const died = await doomed(database, fatal, (db) => migrate(db, { migrations: later, leaseMs: 100 }));
      await migrate(database.db, { migrations: later, leaseMs: 100 });
      if (!died) break;
      deaths += 1;
      // A process that dies as it gives back its turn leaves a lease that the next who needs it passes over.
      await database.db.collection('leases').deleteMany({});
      await expectDone(database.db);
    }
    expect(deaths).toBeGreaterThan(12);
  });

  it('refuses a database that is newer, in one sentence, and leaves it alone', async () => {
    await migrate(database.db, { migrations: later });
    const refused = migrate(database.db, { migrations: released });
    await expect(refused).rejects.toBeInstanceOf(UnfitError);
    await expect(refused).rejects.toThrow(
      `The database "${database.db.databaseName}" has schema 3, this GLADOS knows schemas up to ${released.length}: ` +
        'use the GLADOS that wrote it or a newer one, or restore a backup from before.',
    );
    expect(await schemaOf(database.db)).toBe(3);
  });
});
