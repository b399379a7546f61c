import type { Db } from 'mongodb';

/**
 * One step forward of the schema. It is run in order, and again after a process
 * was killed in the middle of it; when a process was stopped for long, even by
 * two at once. So it must come to the same end from wherever an earlier run left
 * off: "where the field is missing, set it", not "add one".
 *
 * While it runs, and until they are replaced, servers of the release before work
 * on the same database: add what is new in one release, remove what is old in a
 * later one.
 */
export interface Migration {
  /** From 1, without gaps; never changed once it was released. */
  readonly version: number;
  /** What it makes of the database, for people. */
  readonly name: string;
  run(db: Db): Promise<void>;
}
