import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Cursors } from './commands/cursors.js';
import { Transactions } from './commands/transactions.js';
import { serveConnection } from './connection.js';
import { forgetRetries, sweepExpired } from './expiry.js';
import { openEngine } from './storage/engine.js';

export interface LocalMongo extends AsyncDisposable {
  /** For any MongoDB driver; names the Unix socket. */
  readonly uri: string;
}

export interface LocalMongoOptions {
  /** Holds the database file; made when missing. */
  readonly directory: string;
  /** Ends in `.sock`, by which drivers tell it from a host name; at most 107 bytes, as the operating system demands. */
  readonly socketPath: string;
  /** How much history change streams can be resumed from. */
  readonly oplog?: { readonly entries: number; readonly bytes: number };
  readonly transactionLifetimeSeconds?: number;
}

const longestSocketPath = 107;
const sweepMilliseconds = 10_000;
const transactionWaitMilliseconds = 3000;

/** Whether somebody answers at a socket. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

/** The database cannot start where it was told to; the message is all there is to say. */
export class StartRefusal extends Error {}

async function claimSocket(path: string): Promise<void> {
  if (Buffer.byteLength(path) > longestSocketPath) {
    throw new StartRefusal(
      `The path of the local database's socket is longer than ${longestSocketPath} bytes, choose a directory with a shorter path: ${path}`,
    );
  }
  if (!path.endsWith('.sock'))
    throw new StartRefusal(
      `The path of the local database's socket must end in .sock, drivers take it for a host name otherwise: ${path}`,
    );
  const present = lstatSync(path, { throwIfNoEntry: false });
  if (!present) return;
  if (!present.isSocket())
    throw new StartRefusal(`There is a file that is not a socket where the local database would listen: ${path}`);
  if (await answers(path))
    throw new StartRefusal(`Another GLADOS is using this directory: its database answers at ${path}.`);
  rmSync(path, { force: true });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const mask = process.umask(0o177);
    try {
      server.listen(path, resolve);
    } finally {
      process.umask(mask);
    }
  });
}

/**
 * Starts a database that speaks MongoDB's protocol on a Unix socket only its owner can open.
 *
 * What it acknowledges is on disk. It keeps a timer and a socket; both are gone after disposal.
 *
 * @throws Error with one clear sentence when the socket's path is too long or another server lives there.
 */
export async function startLocalMongo(options: LocalMongoOptions): Promise<LocalMongo> {
  const {
    directory,
    socketPath,
    oplog = { entries: 200_000, bytes: 64 * 1024 * 1024 },
    transactionLifetimeSeconds = 60,
  } = options;
  await claimSocket(socketPath);
  const engine = openEngine(directory, oplog);
  const cursors = new Cursors();
  const limits = {
    lifetimeMilliseconds: transactionLifetimeSeconds * 1000,
    waitMilliseconds: transactionWaitMilliseconds,
  };
  const transactions = new Transactions(engine, limits, (session) => cursors.closeSession(session, true));
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serveConnection(socket, { engine, cursors, transactions });
  });
  try {
    await listen(server, socketPath);
    chmodSync(socketPath, 0o600);
  } catch (error) {
    engine[Symbol.dispose]();
    throw error;
  }
  let sweeping: Promise<unknown> = forgetRetries(engine);
  const sweep = setInterval(() => {
    cursors.closeIdle();
    sweeping = sweeping
      .then(() => sweepExpired(engine))
      .catch(() => {
        // A sweep that failed is tried again by the next one.
      });
  }, sweepMilliseconds);
  sweep.unref();
  return {
    uri: `mongodb://${encodeURIComponent(socketPath)}/?directConnection=true`,
    async [Symbol.asyncDispose]() {
      clearInterval(sweep);
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      cursors.closeAll();
      for (const socket of sockets) socket.destroy();
      await closed;
      transactions.abortAll();
      await sweeping;
      await engine.queue.run(() => undefined);
      engine[Symbol.dispose]();
    },
  };
}
