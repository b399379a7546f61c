import { MongoClient, type Db, type Document } from 'mongodb';
import type { Database } from '../../src/store/database.js';

/**
 * Runs `work` over a connection of its own that breaks for good as its n-th
 * command is sent: to the database that is the death of a process.
 *
 * @returns whether it came to that
 */
export async function doomed(
  { client, db }: Database,
  fatal: number,
  work: (db: Db, client: MongoClient) => Promise<unknown>,
): Promise<boolean> {
  const own = new MongoClient(uriOf(client), { monitorCommands: true });
  let [count, died] = [0, false];
  const sessions = new Map<string, Document>();
  own.on('commandStarted', ({ command }) => {
    const session = (command as { lsid?: Document }).lsid;
    if (session) sessions.set(JSON.stringify(session), session);
    count += 1;
    if (count !== fatal) return;
    died = true;
    void own.close(true);
  });
  try {
    await work(own.db(db.databaseName), own);
  } catch (error) {
    if (!died) throw error;
  } finally {
    await own.close(true);
  }
  // A transaction of a dead client otherwise holds what it wrote to for a minute.
  if (died && sessions.size > 0) await client.db('admin').command({ killSessions: [...sessions.values()] });
  return died;
}

function uriOf({ options }: MongoClient): string {
  const [host] = options.hosts;
  if (host?.socketPath !== undefined) return `mongodb://${encodeURIComponent(host.socketPath)}/?directConnection=true`;
  return `mongodb://${host?.host}:${host?.port}/?replicaSet=${options.replicaSet}`;
}
