import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient, MongoServerError } from 'mongodb';
import { freePort } from './free-port.js';
import { root } from './server-process.js';

/** A database in a process of its own, which can be killed and started again where it was. */
export interface DatabaseProcess extends AsyncDisposable {
  readonly uri: string;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** The local stand-in; or the real MongoDB whose program GLADOS_MONGOD names, as a replica set of one member. */
export async function openDatabaseProcess(directory: string): Promise<DatabaseProcess> {
  const program = process.env.GLADOS_MONGOD;
  return program === undefined ? standIn(directory) : mongod(program, directory);
}

function standIn(directory: string): Promise<DatabaseProcess> {
  const socket = join(directory, 'mongo.sock');
  const args = ['dist/src/local/mongo/main.js', '--directory', join(directory, 'mongo'), '--socket', socket];
  return keep(async () => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, uri: String(line).trim() };
  });
}

async function mongod(program: string, directory: string): Promise<DatabaseProcess> {
  const port = await freePort();
  const data = join(directory, 'mongod');
  mkdirSync(data);
  const args = ['--dbpath', data, '--port', String(port), '--bind_ip', '127.0.0.1', '--replSet', 'rs0'];
  return keep(async () => {
    const child = spawn(program, [...args, '--quiet'], { stdio: 'ignore' });
    await untilPrimary(`127.0.0.1:${port}`);
    return { child, uri: `mongodb://127.0.0.1:${port}/?replicaSet=rs0` };
  });
}

async function untilPrimary(host: string): Promise<void> {
  await using client = await new MongoClient(`mongodb://${host}/?directConnection=true`).connect();
  const admin = client.db('admin');
  await admin.command({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host }] } }).catch((error: unknown) => {
    const isAlready = error instanceof MongoServerError && error.code === 23;
    if (!isAlready) throw error;
  });
  while (!(await admin.command({ hello: 1 }))['isWritablePrimary'])
    await new Promise((resolve) => setTimeout(resolve, 50));
}

interface Begun {
  readonly child: ChildProcess;
  /** The same in every life. */
  readonly uri: string;
}

async function keep(begin: () => Promise<Begun>): Promise<DatabaseProcess> {
  const { uri, child: first } = await begin();
  let child = first;
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  return {
    uri,
    kill,
    start: async () => void ({ child } = await begin()),
    [Symbol.asyncDispose]: kill,
  };
}
