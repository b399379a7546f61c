import { Binary, Long, UUID } from 'mongodb';
import { type Doc, isDoc } from '../bson/document.js';
import { integerOption, isLong, isNumeric, toNumber } from '../bson/numbers.js';
import { MongoFailure } from '../failure.js';
import { type CommandContext, checkNamespace } from './context.js';

/** Hex of a session's id (`{ id: UUID }`), undefined when there is none. */
export function sessionOf(lsid: unknown): string | undefined {
  const id = isDoc(lsid) ? lsid['id'] : undefined;
  return id instanceof Binary ? Buffer.from(id.buffer.subarray(0, id.position)).toString('hex') : undefined;
}

export function txnNumberOf(value: unknown): bigint | undefined {
  if (isLong(value)) return value.toBigInt();
  return isNumeric(value) ? BigInt(Math.trunc(toNumber(value))) : undefined;
}

function sessionsIn(list: unknown): string[] {
  return (Array.isArray(list) ? list : []).flatMap((lsid: unknown) => sessionOf(lsid) ?? []);
}

/** Ends sessions with their transactions and cursors. */
export function endSessions({ command, name, transactions, cursors }: CommandContext): Doc {
  for (const session of sessionsIn(command[name])) {
    transactions.abort(session);
    cursors.closeSession(session, false);
  }
  return {};
}

export function startSession(): Doc {
  return { id: { id: new UUID() }, timeoutMinutes: 30 };
}

export function commitTransaction({ command, session, transactions }: CommandContext): Doc {
  const number = txnNumberOf(command['txnNumber']);
  if (session === undefined || number === undefined)
    throw new MongoFailure(125, 'commitTransaction must be run within a transaction');
  transactions.commit(session, number);
  return {};
}

export function abortTransaction({ command, session, transactions }: CommandContext): Doc {
  const number = txnNumberOf(command['txnNumber']);
  if (session === undefined || number === undefined)
    throw new MongoFailure(125, 'abortTransaction must be run within a transaction');
  transactions.abortNumber(session, number);
  return {};
}

function cursorId(value: unknown): Long {
  if (isLong(value)) return value;
  if (isNumeric(value)) return Long.fromNumber(toNumber(value));
  throw new MongoFailure(14, 'a cursor id must be a long');
}

/** A change stream without `maxTimeMS` waits as long as MongoDB lets it. */
const defaultWaitMilliseconds = 1000;

export function getMore({ command, database, cursors, signal }: CommandContext): Promise<Doc> {
  const collection = command['collection'];
  if (typeof collection !== 'string') throw new MongoFailure(14, `BSON field 'getMore.collection' must be a string`);
  const ns = collection.startsWith('$cmd.') ? `${database}.${collection}` : checkNamespace(database, collection);
  const size = integerOption(command['batchSize'], 0);
  return cursors.more(
    cursorId(command['getMore']),
    ns,
    size > 0 ? size : Infinity,
    integerOption(command['maxTimeMS'], defaultWaitMilliseconds),
    signal,
  );
}

export function killCursors({ command, cursors }: CommandContext): Doc {
  const ids = (Array.isArray(command['cursors']) ? command['cursors'] : []).map((id: unknown) => cursorId(id));
  const cursorsKilled = ids.filter((id) => cursors.kill(id));
  return {
    cursorsKilled,
    cursorsNotFound: ids.filter((id) => !cursorsKilled.includes(id)),
    cursorsAlive: [],
    cursorsUnknown: [],
  };
}
