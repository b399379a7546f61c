import type { Doc } from '../bson/document.js';
import { aggregate } from './aggregate.js';
import {
  collMod,
  create,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
  renameCollection,
} from './collections.js';
import type { Handler } from './context.js';
import { deleteCommand } from './delete.js';
import {
  buildInfo,
  collStats,
  connectionStatus,
  getLog,
  getParameter,
  hello,
  hostInfo,
  replSetGetStatus,
} from './diagnostics.js';
import { explain } from './explain.js';
import { countCommand, distinct, find } from './find.js';
import { findAndModify } from './find-and-modify.js';
import { createIndexes, dropIndexes, listIndexes } from './indexes.js';
import { insert } from './insert.js';
import { abortTransaction, commitTransaction, endSessions, getMore, killCursors, startSession } from './sessions.js';
import { update } from './update.js';

const nothing = (): Doc => ({});

/** Every command there is, by MongoDB's name for it. */
export const handlers: Readonly<Record<string, Handler>> = {
  hello,
  isMaster: hello,
  ping: nothing,
  buildInfo,
  connectionStatus,
  getParameter,
  replSetGetStatus,
  hostInfo,
  getLog,
  collStats,
  whatsmyuri: () => ({ you: 'local' }),
  insert,
  update,
  delete: deleteCommand,
  find,
  getMore,
  killCursors,
  findAndModify,
  aggregate,
  count: countCommand,
  distinct,
  explain,
  create,
  drop,
  dropDatabase,
  renameCollection,
  collMod,
  listCollections,
  listDatabases,
  createIndexes,
  dropIndexes,
  listIndexes,
  endSessions,
  killSessions: endSessions,
  startSession,
  refreshSessions: nothing,
  commitTransaction,
  abortTransaction,
};

const spelled = new Map(Object.keys(handlers).map((name) => [name.toLowerCase(), name]));

/** MongoDB takes `ismaster`, `findandmodify` and the like as well. */
export function nameOf(name: string): string | undefined {
  if (Object.hasOwn(handlers, name)) return name;
  const known = spelled.get(name.toLowerCase());
  return known !== undefined && ['isMaster', 'findAndModify', 'buildInfo'].includes(known) ? known : undefined;
}

/** What may be done inside a transaction. */
export const transactional = new Set([
  'insert',
  'update',
  'delete',
  'find',
  'getMore',
  'killCursors',
  'findAndModify',
  'aggregate',
  'distinct',
  'create',
  'createIndexes',
]);

/** Commands that carry a `txnNumber` to be retried with. */
export const retryable = new Set(['insert', 'update', 'delete', 'findAndModify']);
