import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BSON, type Db, type Document, type IndexDescription } from 'mongodb';
import { backUp } from '../../../src/store/backup/back-up.js';
import { restore, sumsOf } from '../../../src/store/backup/restore.js';
import type { Database } from '../../../src/store/database.js';
import { createExperiments } from '../../../src/store/experiments.js';
import { createFiles } from '../../../src/store/files.js';
import { migrate, schemaOf } from '../../../src/store/migrations/migrate.js';
import { released } from '../../../src/store/migrations/released.js';
import { openRunnerTokens } from '../../../src/store/runner-tokens.js';
import { createTrialLogs } from '../../../src/store/trial-logs.js';
import { createTrials } from '../../../src/store/trials.js';
import { openTestDatabase } from '../../support/database.js';
import { doomed } from '../../support/doomed.js';
import { root, temporaryDirectory } from '../../support/server-process.js';

type Recorded = Readonly<Record<string, { readonly indexes: IndexDescription[]; readonly documents: Document[] }>>;

const folder = join(root, 'test', 'fixtures', 'schemas');
const releases = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace('.json', ''));

let database: Database;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => {
  await database[Symbol.asyncDispose]();
});

/** Makes of `db` what the release left. */
async function become(db: Db, release: string): Promise<void> {
  const text = readFileSync(join(folder, `${release}.json`), 'utf8');
  const recorded = BSON.EJSON.parse(text, { relaxed: false }) as Recorded;
  for (const { name } of await db.listCollections().toArray()) await db.dropCollection(name);
  for (const [name, { indexes, documents }] of Object.entries(recorded)) {
    await db.createCollection(name);
    if (indexes.length > 0) await db.collection(name).createIndexes(indexes.map((index) => ({ ...index })));
    if (documents.length > 0) await db.collection(name).insertMany(documents);
  }
}

async function indexNames(db: Db) {
  const names = ['experiments', 'trials', 'podLogs', 'files'];
  return Promise.all(
    names.map(async (name) => (await db.collection(name).indexes()).map((index) => index.name).sort()),
  );
}

/** What people stored is there for the present program. */
async function expectReadable(reached: Database): Promise<void> {
  const found = [];
  for await (const experiment of createExperiments(reached).all()) found.push(experiment);
  expect(found.map(({ name, phase }) => [name, phase]).sort()).toEqual([
    ['Add numbers (Node)', 'SUCCEEDED'],
    ['Add numbers', 'SUCCEEDED'],
  ]);
  const python = found.find(({ name }) => name === 'Add numbers');
  const id = python?.id ?? '';
  const trials = await createTrials(reached).range(id, 0, 100);
  expect(trials.map(({ phase }) => phase)).toEqual(trials.map(() => 'SUCCEEDED'));
  expect(trials.at(-1)?.result).toEqual([
    ['Addition', '11'],
    ['Subtraction', '9'],
  ]);
  const fileId = (python?.program as { fileId?: string } | undefined)?.fileId ?? '';
  expect((await buffer(await createFiles(reached).read(fileId))).toString()).toContain('Addition');
  const log = await createTrialLogs(reached).read(id, 0, 1);
  expect((await buffer(log ?? Readable.from([]))).length).toBeGreaterThan(0);
  const tokens = await openRunnerTokens(reached);
  expect(tokens.check(tokens.issue(id))).toBe(id);
}

describe.each(releases)('the database of release %s', (release) => {
  it('comes to the present schema with everything in it', async () => {
    const fresh = await indexNames(database.db);
    await become(database.db, release);
    await migrate(database.db);
    expect(await schemaOf(database.db)).toBe(released.length);
    expect(await indexNames(database.db)).toEqual(fresh);
    await expectReadable(database);
  });

  it('comes there too when the process dies at any of its commands', async () => {
    let [died, fatal] = [true, 1];
    for (; died; fatal += 1) {
      await become(database.db, release);
      died = await doomed(database, fatal, (db) => migrate(db, { leaseMs: 100 }));
      await migrate(database.db, { leaseMs: 100 });
      expect(await schemaOf(database.db)).toBe(released.length);
    }
    expect(fatal).toBeGreaterThan(7);
    await expectReadable(database);
  });

  it('can be backed up as it is, restored, and brought to the present schema then', async () => {
    using directory = temporaryDirectory();
    await become(database.db, release);
    const before = await sumsOf(database.db);
    const backup = await backUp(database.client, database.db, { to: directory.path });
    expect(await sumsOf(database.db)).toEqual(before);
    await restore(database.db, backup.directory, { replace: true });
    expect(await sumsOf(database.db)).toEqual(before);
    await migrate(database.db);
    await expectReadable(database);
  });
});
