import type { Db } from 'mongodb';
import { takeLease } from '../lease.js';
import { UnfitError } from '../unfit.js';
import type { Migration } from './migration.js';
import { released } from './released.js';

/** One row for each migration that was finished. */
interface MigrationRow {
  /** The version. */
  readonly _id: number;
  readonly name: string;
  readonly finishedAt: Date;
}

/** A restore that has not come to its end; see backup/restore.ts. */
export interface RestoreRow {
  readonly _id: 'unfinished';
  readonly from: string;
}

/**
 * Brings a database to the schema that this program knows: runs what was not
 * finished yet, in order, one process at a time, and records each.
 *
 * @returns the versions that were run here; none when the database was there already, or another process was faster
 * @throws UnfitError when the database is newer than this program, or half restored; nothing is changed then
 */
export async function migrate(
  db: Db,
  {
    migrations = released,
    leaseMs = 15_000,
  }: { readonly migrations?: readonly Migration[]; readonly leaseMs?: number } = {},
): Promise<readonly number[]> {
  if ((await missing(db, migrations)).length === 0) return [];
  await using _turn = await takeLease(db, 'migrations', leaseMs);
  const ran: number[] = [];
  for (const { version, name, run } of await missing(db, migrations)) {
    await run(db);
    const row = { name, finishedAt: new Date() };
    await db
      .collection<MigrationRow>('migrations')
      .updateOne({ _id: version }, { $setOnInsert: row }, { upsert: true });
    ran.push(version);
  }
  return ran;
}

/** The schema of a database: the last migration that it has; 0 when none was recorded. */
export async function schemaOf(db: Db): Promise<number> {
  const [newest] = await db.collection<MigrationRow>('migrations').find().sort({ _id: -1 }).limit(1).toArray();
  return newest?._id ?? 0;
}

async function missing(db: Db, migrations: readonly Migration[]): Promise<readonly Migration[]> {
  const restore = await db.collection<RestoreRow>('restores').findOne({ _id: 'unfinished' });
  if (restore) {
    throw new UnfitError(
      `The database "${db.databaseName}" holds a part of the backup ${restore.from} only: its restore was broken off. Run the restore again.`,
    );
  }
  refuseNewer(await schemaOf(db), `The database "${db.databaseName}"`, migrations);
  const rows = await db.collection<MigrationRow>('migrations').find().toArray();
  const done = new Set(rows.map((row) => row._id));
  return migrations.filter(({ version }) => !done.has(version));
}

/** @throws UnfitError when `schema` is one that this program does not know */
export function refuseNewer(schema: number, what: string, migrations: readonly Migration[] = released): void {
  const known = migrations.at(-1)?.version ?? 0;
  if (schema <= known) return;
  throw new UnfitError(
    `${what} has schema ${schema}, this GLADOS knows schemas up to ${known}: use the GLADOS that wrote it or a newer one, or restore a backup from before.`,
  );
}
