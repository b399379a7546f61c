import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startLocalMongo } from './server.js';

/** Runs the local database by itself: `--directory D [--socket S]`; the last line of its output is its URI. */
const { values } = parseArgs({ options: { directory: { type: 'string' }, socket: { type: 'string' } } });
if (values.directory === undefined) {
  process.stderr.write('usage: main.js --directory DIRECTORY [--socket SOCKET]\n');
  process.exit(2);
}
const directory = resolve(values.directory);
const database = await startLocalMongo({ directory, socketPath: values.socket ?? join(directory, 'mongo.sock') });
process.stdout.write(`${database.uri}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void database[Symbol.asyncDispose]().then(() => process.exit(0));
  });
}
