import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  BSON,
  type CreateCollectionOptions,
  type Db,
  type Document,
  type IndexDescription,
  type MongoClient,
} from 'mongodb';
import { takeLease } from '../lease.js';
import { refuseNewer, type RestoreRow } from '../migrations/migrate.js';
import { UnfitError } from '../unfit.js';
import { documentsIn, verify } from './back-up.js';
import { collectionsOf, documentsOf, sumOf } from './documents.js';
import { differences, type Manifest, type Sum } from './manifest.js';

const batchBytes = 8 * 1024 * 1024;
const batchCount = 1_000;
/** Every type as it was written: an int32 stays one, and so does a pattern. */
const exactly = { promoteValues: false, promoteBuffers: false, bsonRegExp: true } as const;

/** What a database holds, by collection. */
export async function sumsOf(db: Db): Promise<Manifest['collections']> {
  const sums: Record<string, Sum> = {};
  for (const { name } of await collectionsOf(db)) sums[name] = await sumOf(documentsOf(db, name));
  return sums;
}

/**
 * Fills an empty database from a backup, and compares what is in it then with
 * what the backup says, document by document.
 *
 * Broken off at any point it leaves a database that no server starts on, and
 * that the next restore empties and fills again.
 *
 * @param replace A database that is not empty is emptied first. No server may be running on it.
 * @throws UnfitError when the backup is damaged or of a newer schema, or the database is not empty: it is unchanged then
 */
export async function restore(
  db: Db,
  directory: string,
  { replace = false }: { readonly replace?: boolean } = {},
): Promise<Manifest> {
  const manifest = await verify(directory);
  refuseNewer(manifest.schema, `The backup in ${directory}`);
  const marks = db.collection<RestoreRow>('restores');
  const isUnfinished = (await marks.findOne({ _id: 'unfinished' })) !== null;
  if (!replace && !isUnfinished && !(await isEmpty(db))) {
    throw new UnfitError(`The database "${db.databaseName}" is not empty: nothing was restored into it.`);
  }
  await marks.replaceOne({ _id: 'unfinished' }, { from: directory }, { upsert: true });
  const present = await db.listCollections({ type: 'collection' }).toArray();
  for (const { name } of present) {
    if (name !== 'restores' && !name.startsWith('system.')) await db.dropCollection(name);
  }
  for (const collection of Object.keys(manifest.collections)) await fill(db, directory, manifest, collection);
  const wrong = differences(manifest.collections, await sumsOf(db));
  if (wrong.length > 0) throw new Error(`The database differs from the backup: ${wrong.join('; ')}.`);
  await marks.drop();
  return manifest;
}

/** What a server makes by itself when it first starts counts for nothing. */
async function isEmpty(db: Db): Promise<boolean> {
  for (const { name } of await collectionsOf(db)) {
    if (name === 'migrations' || name === 'settings') continue;
    if (await db.collection(name).findOne({}, { projection: { _id: 1 } })) return false;
  }
  return true;
}

async function fill(db: Db, directory: string, manifest: Manifest, name: string): Promise<void> {
  const { options, indexes } = await readMetadata(join(directory, manifest.database, `${name}.metadata.json.gz`));
  const collection = await db.createCollection(name, options);
  let batch: Document[] = [];
  let bytes = 0;
  for await (const document of documentsIn(directory, manifest, name)) {
    if (bytes + document.length > batchBytes || batch.length === batchCount) {
      await collection.insertMany(batch);
      [batch, bytes] = [[], 0];
    }
    batch.push(BSON.deserialize(document, exactly));
    bytes += document.length;
  }
  if (batch.length > 0) await collection.insertMany(batch);
  const own = indexes.filter((index) => index.name !== '_id_').map(({ v: _v, ns: _ns, ...index }) => index);
  if (own.length > 0) await collection.createIndexes(own as IndexDescription[]);
}

async function readMetadata(path: string) {
  const text = gunzipSync(await readFile(path)).toString();
  const { options, indexes } = BSON.EJSON.parse(text) as { options: CreateCollectionOptions; indexes: Document[] };
  return { options, indexes };
}

/**
 * Proves a backup: restores it into the database NAME_rehearsal beside `db`, compares, and drops that. One at a time.
 *
 * @throws UnfitError, and whatever a restore throws
 */
export async function rehearse(client: MongoClient, db: Db, directory: string): Promise<Manifest> {
  await using _turn = await takeLease(db, 'rehearsal', 15_000);
  const beside = client.db(`${db.databaseName}_rehearsal`);
  // Of one that was broken off.
  await beside.dropDatabase();
  try {
    return await restore(beside, directory);
  } finally {
    await beside.dropDatabase();
  }
}
