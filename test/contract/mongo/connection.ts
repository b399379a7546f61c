import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import {
  type ChangeStream,
  type ChangeStreamDocument,
  type Collection,
  type Db,
  type Document,
  MongoClient,
} from 'mongodb';

export interface Row extends Document {
  _id: number | string;
}

/** Opens the database to be held to the contract. */
export type Open = () => Promise<{ uri: string }>;

export interface Given {
  readonly client: MongoClient;
  readonly db: Db;
  readonly uri: string;
  /** A collection nobody has used before. */
  fresh(): Collection<Row>;
}

/** A client and a database of its own for the tests of one suite; the database is dropped after them. */
export function givenDatabase(open: Open): Given {
  let client: MongoClient | undefined;
  let uri: string;
  const name = `contract_${randomBytes(5).toString('hex')}`;
  let made = 0;
  beforeAll(async () => {
    ({ uri } = await open());
    client = await new MongoClient(uri, { serverSelectionTimeoutMS: 5000 }).connect();
  });
  afterAll(async () => {
    await client?.db(name).dropDatabase();
    await client?.close();
  });
  const connected = (): MongoClient => {
    if (!client) throw new Error('the database is not open yet');
    return client;
  };
  return {
    get client() {
      return connected();
    },
    get uri() {
      return uri;
    },
    get db() {
      return connected().db(name);
    },
    fresh: () => connected().db(name).collection<Row>(`c${++made}`),
  };
}

/** What an operation was refused with. */
export async function refusal(
  work: Promise<unknown>,
): Promise<{ code: unknown; message: string } & Record<string, unknown>> {
  try {
    await work;
  } catch (error) {
    return error as { code: unknown; message: string } & Record<string, unknown>;
  }
  throw new Error('it was not refused');
}

/** The next events of a stream, as many as asked for. */
export async function take(stream: ChangeStream<Row>, count: number): Promise<ChangeStreamDocument<Row>[]> {
  const events: ChangeStreamDocument<Row>[] = [];
  while (events.length < count) events.push(await stream.next());
  return events;
}
