import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline as joinStreams, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { BSON, type ClientSession, type Db, type MongoClient } from 'mongodb';
import { schemaOf } from '../migrations/migrate.js';
import { UnfitError } from '../unfit.js';
import { collectionsOf, documentsOf, splitDocuments, Summing, sumOf } from './documents.js';
import { differences, manifestName, readManifest, type Manifest, type Sum } from './manifest.js';

/** A finished backup has such a name; one that was broken off begins with a dot. */
const finishedName = /^glados-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/;
const brokenOffName = /^\.glados-(.+)\.partial$/;
const dayMs = 24 * 3600_000;

/**
 * Writes all of a database into a new directory below `to`, as it was at one
 * moment, while others go on writing to it.
 *
 * The directory appears under its name once all of it is on the disk; whatever
 * kills this process, what has the name of a backup is a whole one. Files lie as
 * `mongodump --gzip` lays them: DATABASE/COLLECTION.bson.gz and .metadata.json.gz.
 *
 * The moment must still be readable at the end: a server keeps it for
 * `minSnapshotHistoryWindowInSeconds`, 300 unless set otherwise.
 */
export async function backUp(
  client: MongoClient,
  db: Db,
  { to, now = Date.now() }: { readonly to: string; readonly now?: number },
): Promise<{ readonly directory: string; readonly manifest: Manifest }> {
  const startedAt = new Date(now).toISOString();
  const name = `glados-${startedAt.replaceAll(/[:.]/g, '-')}`;
  const [partial, directory] = [join(to, `.${name}.partial`), join(to, name)];
  const collections = await collectionsOf(db);
  if (collections.length === 0) throw new UnfitError(`There is no database "${db.databaseName}", or nothing in it.`);
  await rm(partial, { recursive: true, force: true });
  await mkdir(join(partial, db.databaseName), { recursive: true });
  const schema = await schemaOf(db);
  const session = client.startSession({ snapshot: true });
  const sums: Record<string, Sum> = {};
  try {
    for (const { name: collection, options } of collections) {
      const path = join(partial, db.databaseName, collection);
      const indexes = await db.collection(collection).indexes();
      const about = BSON.EJSON.stringify(
        { options, indexes, collectionName: collection, type: 'collection' },
        { relaxed: false },
      );
      await pipeline(Readable.from([about]), createGzip(), sink(`${path}.metadata.json.gz`));
      const summing = new Summing();
      const documents = Readable.from(summing.through(documentsOf(db, collection, session)), { objectMode: false });
      await pipeline(documents, createGzip({ level: 1 }), sink(`${path}.bson.gz`));
      sums[collection] = summing.sum();
    }
    const oneMoment = hasMoment(session);
    const finishedAt = new Date().toISOString();
    const manifest: Manifest = {
      format: 'glados-backup-1',
      database: db.databaseName,
      schema,
      startedAt,
      finishedAt,
      oneMoment,
      collections: sums,
    };
    await pipeline(Readable.from([`${JSON.stringify(manifest, null, 2)}\n`]), sink(join(partial, manifestName)));
    await rename(partial, directory);
    await flush(to);
    return { directory, manifest };
  } finally {
    await session.endSession();
  }
}

/** The driver keeps the moment that the server answered the first read with; a stand-in names none. */
function hasMoment(session: ClientSession): boolean {
  return (session as { readonly snapshotTime?: unknown }).snapshotTime !== undefined;
}

/** Its bytes are on the disk before it closes. */
function sink(path: string) {
  return createWriteStream(path, { flush: true });
}

async function flush(directory: string): Promise<void> {
  const handle = await open(directory);
  await handle.sync();
  await handle.close();
}

/** Whole backups below a directory, oldest first. */
export async function listBackups(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  return names.filter((name) => finishedName.test(name)).sort();
}

/** Removes all but the newest `keep` backups, and what was broken off a day ago or before. @returns what went */
export async function prune(directory: string, keep: number, now = Date.now()): Promise<string[]> {
  const whole = await listBackups(directory);
  const names = await readdir(directory);
  const yesterday = `glados-${new Date(now - dayMs).toISOString().replaceAll(/[:.]/g, '-')}`;
  const broken = names.filter((name) => `glados-${brokenOffName.exec(name)?.[1] ?? '~'}` < yesterday);
  const gone = [...whole.slice(0, Math.max(0, whole.length - keep)), ...broken];
  for (const name of gone) await rm(join(directory, name), { recursive: true, force: true });
  return gone;
}

/** The documents in a backup's file of one collection. */
export function documentsIn(directory: string, { database }: Manifest, collection: string): AsyncIterable<Buffer> {
  const path = join(directory, database, `${collection}.bson.gz`);
  const unpacked = createGunzip();
  // What fails at either end comes out of `unpacked` as an error: nothing is left to do here.
  joinStreams(createReadStream(path), unpacked, () => undefined);
  return splitDocuments(unpacked, path);
}

/** Reads a backup to its end. @throws UnfitError when it is not what its manifest says */
export async function verify(directory: string): Promise<Manifest> {
  const manifest = await readManifest(directory);
  const found: Record<string, Sum> = {};
  for (const collection of Object.keys(manifest.collections)) {
    found[collection] = await sumOf(documentsIn(directory, manifest, collection)).catch((error: unknown) => {
      const { message } = error as Error;
      throw new UnfitError(`The backup in ${directory} is damaged at ${collection}: ${message}`, { cause: error });
    });
  }
  const wrong = differences(manifest.collections, found);
  if (wrong.length > 0) throw new UnfitError(`The backup in ${directory} is damaged: ${wrong.join('; ')}.`);
  return manifest;
}
