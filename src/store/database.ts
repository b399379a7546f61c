import { MongoClient, type ClientSession, type Db } from 'mongodb';
import { migrate } from './migrations/migrate.js';

/** A connection to MongoDB and the one database that is used in it. */
export interface Database extends AsyncDisposable {
  readonly client: MongoClient;
  readonly db: Db;
  /** Runs `work` in a transaction; called again when another writer got in between, so it must be repeatable. */
  transaction<T>(work: (session: ClientSession) => Promise<T>): Promise<T>;
}

/**
 * Connects, and brings the database to the schema of this program.
 *
 * A replica set is required, one member is enough: change streams carry facts
 * between replicas of the API, and trials and counts change in one transaction.
 *
 * @throws UnfitError when the database is newer than this program, or half restored
 */
export async function openDatabase(uri: string, name = 'glados'): Promise<Database> {
  const client = await connect(uri);
  const db = client.db(name);
  try {
    await migrate(db);
  } catch (error) {
    await client.close();
    throw error;
  }
  return {
    client,
    db,
    transaction: (work) => client.withSession((session) => session.withTransaction(() => work(session))),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** A connection alone: nothing is read or written. What is acknowledged through it is on the disks of a majority. */
export function connect(uri: string): Promise<MongoClient> {
  const client = new MongoClient(uri, {
    appName: 'glados',
    // A half-open socket is otherwise waited for through three times 30 s.
    connectTimeoutMS: 10_000,
    serverSelectionTimeoutMS: 10_000,
    writeConcern: { w: 'majority', journal: true },
  });
  return client.connect();
}
