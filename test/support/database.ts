import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalMongo } from '../../src/local/mongo/server.js';
import { openDatabase, type Database } from '../../src/store/database.js';

/**
 * An empty database: of the MongoDB that MONGODB_URI names, or else of a
 * stand-in of its own. Disposal drops it.
 */
export async function openTestDatabase(): Promise<Database> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const given = process.env.MONGODB_URI;
  if (given !== undefined) {
    const database = await openDatabase(given, name);
    return {
      ...database,
      async [Symbol.asyncDispose]() {
        await database.db.dropDatabase();
        await database[Symbol.asyncDispose]();
      },
    };
  }
  const directory = mkdtempSync(join(tmpdir(), 'glados-test-'));
  const server = await startLocalMongo({ directory, socketPath: join(directory, 'mongo.sock') });
  const database = await openDatabase(server.uri, name);
  return {
    ...database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
