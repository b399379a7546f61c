import Database from 'libsql';
import type { KubernetesObject, ObjectEvent, ResourceName } from './objects.js';

/** A change of the kept history and what it weighs, in characters of JSON. */
export interface StoredChange {
  readonly event: ObjectEvent;
  readonly bytes: number;
}

export interface ObjectFile extends Disposable {
  load(): {
    readonly version: number;
    readonly floor: number;
    readonly objects: readonly { readonly resource: ResourceName; readonly object: KubernetesObject }[];
    readonly history: StoredChange[];
  };
  /** Writes one change and the object's new state in one transaction. @returns what the change weighs */
  write(event: ObjectEvent, key: string, body: string): number;
  /** Drops the changes up to and with `version`. */
  forget(version: number): void;
}

interface ObjectRow {
  readonly resource: ResourceName;
  readonly body: string;
}

interface ChangeRow extends ObjectRow {
  readonly version: number;
  readonly type: ObjectEvent['type'];
  readonly previous: string | null;
}

/**
 * The cluster's objects and the history of their changes in one SQLite file.
 *
 * Write-ahead log with `synchronous=NORMAL`: a killed process loses nothing
 * that was written. The file is locked for one process at a time.
 */
export function openObjectFile(file: string): ObjectFile {
  const unlock = lock(file);
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.exec(`
      CREATE TABLE IF NOT EXISTS objects (resource TEXT, key TEXT, body TEXT NOT NULL, PRIMARY KEY (resource, key)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS changes (version INTEGER PRIMARY KEY, resource TEXT, type TEXT, body TEXT NOT NULL, previous TEXT);
      CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
      INSERT OR IGNORE INTO counters VALUES ('version', 0), ('floor', 0);
    `);
  const putObject = database.prepare('INSERT OR REPLACE INTO objects VALUES (?, ?, ?)');
  const dropObject = database.prepare('DELETE FROM objects WHERE resource = ? AND key = ?');
  const addChange = database.prepare('INSERT INTO changes VALUES (?, ?, ?, ?, ?)');
  const setCounter = database.prepare('UPDATE counters SET value = ? WHERE name = ?');
  const getCounter = database.prepare('SELECT value FROM counters WHERE name = ?');
  const dropChanges = database.prepare('DELETE FROM changes WHERE version <= ?');

  const counter = (name: string): number => (getCounter.get(name) as { value: number }).value;

  return {
    load() {
      const rows = database.prepare('SELECT resource, body FROM objects').all() as ObjectRow[];
      const changes = database.prepare('SELECT * FROM changes ORDER BY version').all() as ChangeRow[];
      return {
        version: counter('version'),
        floor: counter('floor'),
        objects: rows.map(({ resource, body }) => ({ resource, object: JSON.parse(body) as KubernetesObject })),
        history: changes.map(({ version, resource, type, body, previous }) => ({
          bytes: body.length + (previous?.length ?? 0),
          event: {
            version,
            resource,
            type,
            object: JSON.parse(body) as KubernetesObject,
            ...(previous !== null && { previous: JSON.parse(previous) as KubernetesObject }),
          },
        })),
      };
    },

    write: atomic(database, (event: ObjectEvent, key: string, body: string): number => {
      const previous = event.previous ? JSON.stringify(event.previous) : null;
      if (event.type === 'DELETED') dropObject.run(event.resource, key);
      else putObject.run(event.resource, key, body);
      addChange.run(event.version, event.resource, event.type, body, previous);
      setCounter.run(event.version, 'version');
      return body.length + (previous?.length ?? 0);
    }),

    forget: atomic(database, (version: number): void => {
      dropChanges.run(version);
      setCounter.run(version, 'floor');
    }),

    [Symbol.dispose]() {
      database.close();
      unlock();
    },
  };
}

/** All of `work` or nothing. Not libsql's own: on a full disk SQLite rolls back by itself, and that one then hides why. */
function atomic<A extends unknown[], R>(database: Database.Database, work: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = work(...args);
      database.exec('COMMIT');
      return result;
    } catch (error) {
      if (database.inTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };
}

/**
 * Keeps a second process away from `file`. The operating system lets go of the
 * lock when this process ends, however it ends.
 *
 * A file of its own: SQLite releases the locks of the objects' file only when
 * the last prepared statement is garbage.
 */
function lock(file: string): () => void {
  if (file === ':memory:') return () => undefined;
  const database = new Database(`${file}-lock`);
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new Error(`cannot open ${file}; is another process using it?`, { cause });
  }
  return () => {
    database.exec('ROLLBACK');
    database.close();
  };
}
