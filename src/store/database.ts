import { MongoClient, type ClientSession, type Db } from 'mongodb';

/** A connection to MongoDB and the one database that is used in it. */
export interface Database extends AsyncDisposable {
  readonly client: MongoClient;
  readonly db: Db;
  /** Runs `work` in a transaction; called again when another writer got in between, so it must be repeatable. */
  transaction<T>(work: (session: ClientSession) => Promise<T>): Promise<T>;
}

/**
 * Connects, and makes the indexes that the queries of this room rely on.
 *
 * A replica set is required, one member is enough: change streams carry facts
 * between replicas of the API, and trials and counts change in one transaction.
 */
export async function openDatabase(uri: string, name = 'glados'): Promise<Database> {
  const client = new MongoClient(uri, {
    appName: 'glados',
    // A half-open socket is otherwise waited for through three times 30 s.
    connectTimeoutMS: 10_000,
    serverSelectionTimeoutMS: 10_000,
    writeConcern: { w: 'majority', journal: true },
  });
  await client.connect();
  const db = client.db(name);
  try {
    await createIndexes(db);
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

async function createIndexes(db: Db): Promise<void> {
  await db.collection('experiments').createIndexes([
    { key: { createdAt: -1, _id: -1 } },
    { key: { name: 1, _id: 1 } },
    { key: { phase: 1 } },
    {
      key: { owner: 1, idempotencyKey: 1 },
      unique: true,
      partialFilterExpression: { idempotencyKey: { $exists: true } },
    },
  ]);
  await db
    .collection('trials')
    .createIndexes([
      { key: { experimentId: 1, index: 1 }, unique: true },
      { key: { experimentId: 1, phase: 1, index: 1 } },
      { key: { podId: 1, phase: 1 } },
    ]);
  await db.collection('podLogs').createIndexes([{ key: { podId: 1, seq: 1 } }, { key: { experimentId: 1, seq: 1 } }]);
  await db.collection('files').createIndexes([{ key: { owner: 1, sha256: 1 } }]);
}
