import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readDatabasePlace, UsageError } from './config.js';
import { backUp, listBackups, prune, verify } from './store/backup/back-up.js';
import type { Manifest } from './store/backup/manifest.js';
import { rehearse, restore } from './store/backup/restore.js';
import { connect, type Database } from './store/database.js';
import { migrate, schemaOf } from './store/migrations/migrate.js';
import { changeRunnerKey, isRunnerKeyStep } from './store/runner-key.js';
import { UnfitError } from './store/unfit.js';

const usage = `Usage: node dist/src/tools.js VERB ...     on the database of MONGODB_URI and GLADOS_DATABASE

  migrate                          brings the database to the schema of this release; a server does so too when it starts
  backup DIRECTORY [--keep N]      writes a new backup below DIRECTORY; keeps the newest N
      --rehearse                   and proves it, as "rehearse" does
  restore BACKUP [--replace]       fills an empty database, or with --replace one that is emptied first; no server may run on it
  rehearse BACKUP                  restores into a database of its own beside, compares counts and hashes, drops it
  verify BACKUP                    reads a backup to its end; needs no database
  runner-key add|use|drop          the three steps of a change of the key that signs runner tokens, see docs/secrets.md

BACKUP is the directory of one backup, or DIRECTORY/latest.
`;

interface Asked {
  readonly path: string;
  readonly keep: number | undefined;
  readonly replace: boolean;
  readonly rehearse: boolean;
}

type Verb = (db: Database['db'], asked: Asked, client: Database['client']) => Promise<string>;

const verbs: Readonly<Record<string, Verb>> = {
  async migrate(db) {
    const ran = await migrate(db);
    const done = ran.length === 0 ? 'nothing was missing' : `ran ${ran.join(', ')}`;
    return `The database "${db.databaseName}" has schema ${await schemaOf(db)}: ${done}.`;
  },
  async backup(db, { path, keep, rehearse: isRehearsed }, client) {
    const { directory, manifest } = await backUp(client, db, { to: path });
    const proof = isRehearsed ? await rehearse(client, db, directory) : undefined;
    const gone = keep === undefined ? [] : await prune(path, keep);
    const moment = manifest.oneMoment
      ? []
      : ['The server names no moment: what was written meanwhile may be in it in part.'];
    return [
      `Backup ${directory}: ${contents(manifest)}.`,
      ...(proof ? ['Restored beside and compared: counts and hashes are the same.'] : []),
      ...moment,
      ...(gone.length > 0 ? [`Removed: ${gone.join(', ')}.`] : []),
    ].join('\n');
  },
  async restore(db, { path, replace }) {
    const manifest = await restore(db, await backupAt(path), { replace });
    return `Restored into "${db.databaseName}" and compared, counts and hashes are the same: ${contents(manifest)}.`;
  },
  async rehearse(db, { path }, client) {
    const manifest = await rehearse(client, db, await backupAt(path));
    return `Restored beside and compared, counts and hashes are the same: ${contents(manifest)}.`;
  },
  async 'runner-key'(db, { path }) {
    if (!isRunnerKeyStep(path)) throw new UsageError('runner-key takes one of: add, use, drop.');
    return changeRunnerKey(db, path);
  },
};

async function backupAt(path: string): Promise<string> {
  if (!path.endsWith('/latest')) return path;
  const directory = path.slice(0, -'/latest'.length);
  const newest = (await listBackups(directory)).at(-1);
  if (newest === undefined) throw new UnfitError(`There is no backup in ${directory}.`);
  return join(directory, newest);
}

function contents({ collections, startedAt, schema }: Manifest): string {
  const sums = Object.values(collections);
  const total = (pick: (sum: (typeof sums)[number]) => number) => sums.reduce((all, sum) => all + pick(sum), 0);
  const megabytes = (total((sum) => sum.bytes) / 1e6).toFixed(1);
  return `${total((sum) => sum.count)} documents of ${sums.length} collections, ${megabytes} MB, schema ${schema}, of ${startedAt}`;
}

function read(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const options = { keep: { type: 'string' }, replace: flag, rehearse: flag, help: { ...flag, short: 'h' } } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}. See --help.`);
  }
}

async function main(args: readonly string[]): Promise<string> {
  const { values, positionals } = read(args);
  const [name = '', path = '', ...more] = positionals;
  if (values.help) return usage.trimEnd();
  if (!Object.hasOwn(verbs, name) && name !== 'verify') throw new UsageError(`"${name}" is no verb. See --help.`);
  if ((path === '') !== (name === 'migrate') || more.length > 0)
    throw new UsageError(`Wrong arguments for ${name}. See --help.`);
  const keep = values.keep === undefined ? undefined : Number(values.keep);
  if (keep !== undefined && (!Number.isInteger(keep) || keep < 1))
    throw new UsageError('--keep is a number from 1 on.');
  if (name === 'verify') return `Whole: ${contents(await verify(await backupAt(path)))}.`;
  const place = readDatabasePlace();
  const client = await connect(place.uri);
  try {
    return (await verbs[name]?.(client.db(place.name), { ...values, path, keep }, client)) ?? '';
  } finally {
    await client.close();
  }
}

function explained(error: unknown): string {
  const { code, path, message, stack } = error as NodeJS.ErrnoException;
  if (error instanceof UsageError || error instanceof UnfitError) return error.message;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return `${path} cannot be used by user ${process.getuid?.() ?? 'unknown'} (${code}): the directory of the backups must be that user's.`;
  }
  if (code === 'ENOSPC') return 'The disk is full: make room, or keep fewer backups. Those that are whole stay.';
  return stack ?? message;
}

// As a container's first process it would not end by itself. What is broken off here is safe: see backup and restore.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
try {
  process.stdout.write(`${await main(process.argv.slice(2))}\n`);
} catch (error) {
  process.stderr.write(`${explained(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
