import { decode, type Doc, encode } from './bson/document.js';
import { codeNameOf, MongoFailure } from './failure.js';
import { type CommandContext, deadlineOf, evaluatorOf } from './commands/context.js';
import type { Cursors } from './commands/cursors.js';
import { sessionOf, txnNumberOf } from './commands/sessions.js';
import { handlers, nameOf, retryable, transactional } from './commands/table.js';
import type { Transactions } from './commands/transactions.js';
import { checkFields } from './commands/fields.js';
import type { Engine } from './storage/engine.js';
import { timestampOf } from './storage/oplog.js';
import type { Message } from './wire/message.js';

export interface DispatchNeeds {
  readonly engine: Engine;
  readonly cursors: Cursors;
  readonly transactions: Transactions;
}

/** The reply that `write` remembers a retryable command by, in the transaction of the write itself. */
function once({ writer }: Engine, session: string, number: bigint, job: () => Doc): Doc {
  const id = Buffer.from(session, 'hex');
  const row = writer.handle.sql('select number, reply from retries where session = ?').get(id) as
    | [number, Buffer]
    | undefined;
  if (row && BigInt(row[0]) === number) return decode(row[1]);
  if (row && BigInt(row[0]) > number) {
    throw new MongoFailure(
      225,
      `Retryable write with txnNumber ${number} is prohibited on session because a newer retryable write with txnNumber ${row[0]} has already started on this session.`,
    );
  }
  const reply = job();
  writer.handle
    .sql('insert or replace into retries values (?, ?, ?, ?)')
    .run(id, Number(number), encode(reply), Date.now());
  return reply;
}

function writeBy(
  { engine }: DispatchNeeds,
  name: string,
  command: Doc,
  session: string | undefined,
  inTransaction: boolean,
): CommandContext['write'] {
  const number = txnNumberOf(command['txnNumber']);
  return async (job) => {
    if (inTransaction) return job();
    if (session === undefined || number === undefined || !retryable.has(name)) return engine.queue.run(job);
    return engine.queue.run(() => once(engine, session, number, job));
  };
}

async function execute(needs: DispatchNeeds, message: Message, signal: AbortSignal): Promise<Doc> {
  const { engine, transactions } = needs;
  const command = message.body;
  const given = Object.keys(command)[0] ?? '';
  const name = nameOf(given);
  if (name === undefined) throw new MongoFailure(59, `no such command: '${given}'`);
  checkFields(name, command);
  const session = sessionOf(command['lsid']);
  const number = txnNumberOf(command['txnNumber']);
  const ends = name === 'commitTransaction' || name === 'abortTransaction';
  const inTransaction = command['autocommit'] === false && !ends;
  const tick = name === 'getMore' ? () => undefined : deadlineOf(command);
  const context: CommandContext = {
    ...needs,
    name,
    command,
    database: typeof command['$db'] === 'string' ? command['$db'] : 'admin',
    sequences: message.sequences,
    side: inTransaction ? engine.writer : engine.reader,
    session,
    inTransaction,
    signal,
    tick,
    evaluate: evaluatorOf(command, tick),
    write: writeBy(needs, name, command, session, inTransaction),
  };
  const handler = handlers[name] as NonNullable<(typeof handlers)[string]>;
  if (!inTransaction) return handler(context);
  if (session === undefined || number === undefined)
    throw new MongoFailure(72, 'a transaction needs a session and a txnNumber');
  if (command['startTransaction'] === true) await transactions.begin(session, number, signal);
  else transactions.join(session, number, signal);
  return transactions.statement(session, () => {
    if (!transactional.has(name)) throw new MongoFailure(263, `Cannot run '${name}' in a multi-document transaction.`);
    return handler(context);
  });
}

function failureOf(error: unknown): MongoFailure {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code === 'SQLITE_FULL') return new MongoFailure(14031, 'The disk that holds the database is full.');
  return new MongoFailure(1, `internal error: ${String(message ?? error)}`);
}

function refusal(error: unknown): Doc {
  const failure = error instanceof MongoFailure ? error : failureOf(error);
  return {
    ok: 0,
    errmsg: failure.message,
    code: failure.code,
    codeName: codeNameOf(failure.code),
    ...failure.extra,
    ...(failure.labels.length > 0 && { errorLabels: failure.labels }),
  };
}

/** Answers one message: never throws, whatever it says. */
export async function dispatch(needs: DispatchNeeds, message: Message, signal: AbortSignal): Promise<Doc> {
  let reply: Doc;
  try {
    reply = { ...(await execute(needs, message, signal)), ok: 1 };
  } catch (error) {
    reply = refusal(error);
  }
  const operationTime = timestampOf(needs.engine.oplog.position);
  return {
    ...reply,
    $clusterTime: { clusterTime: operationTime, signature: { hash: Buffer.alloc(20), keyId: 0n } },
    operationTime,
  };
}
