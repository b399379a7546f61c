import { isDoc, maxDocumentBytes, type Doc } from '../bson/document.js';
import { MongoFailure, notImplemented } from '../failure.js';
import { recordsPerCollection } from '../storage/schema.js';
import { type CommandContext, namespaceOf } from './context.js';

/** MongoDB 6.0 is what this database is held to. */
const version = '6.0.0';

let connections = 0;

/** The handshake: a replica set of one, so that drivers use transactions, retryable writes and change streams. */
export function hello(): Doc {
  const me = 'localhost:27017';
  return {
    helloOk: true,
    isWritablePrimary: true,
    ismaster: true,
    secondary: false,
    setName: 'local',
    setVersion: 1,
    hosts: [me],
    primary: me,
    me,
    maxBsonObjectSize: maxDocumentBytes,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    connectionId: ++connections,
    minWireVersion: 0,
    maxWireVersion: 17,
    readOnly: false,
  };
}

export function buildInfo(): Doc {
  return {
    version,
    versionArray: version.split('.').map(Number).concat(0),
    gitVersion: '',
    modules: [],
    storageEngines: ['sqlite'],
    bits: 64,
    debug: false,
    maxBsonObjectSize: maxDocumentBytes,
  };
}

export function connectionStatus(): Doc {
  return { authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] } };
}

export function getParameter({ command }: CommandContext): Doc {
  if ('featureCompatibilityVersion' in command || command['getParameter'] === '*')
    return { featureCompatibilityVersion: { version: '6.0' } };
  throw new MongoFailure(72, 'no option found to get');
}

export function replSetGetStatus(): Doc {
  return {
    set: 'local',
    myState: 1,
    members: [{ _id: 0, name: 'localhost:27017', health: 1, state: 1, stateStr: 'PRIMARY', self: true }],
  };
}

/** Sizes of a collection, for those who look. */
export function collStats(context: CommandContext): Doc {
  const ns = namespaceOf(context);
  const collection = context.side.catalog.find(ns);
  if (!collection) return { ns, count: 0, size: 0, nindexes: 0 };
  const first = collection.id * recordsPerCollection;
  const [count, size] = context.side.handle
    .sql('select count(*), coalesce(sum(length(body)), 0) from documents where rid >= ? and rid < ?')
    .get(first, first + recordsPerCollection) as [number, number];
  return { ns, count, size, nindexes: collection.indexes.length, capped: collection.options['capped'] === true };
}

export function hostInfo(): Doc {
  return { system: { hostname: 'localhost' }, os: { type: process.platform } };
}

/** Drivers may ask for the log of the server's start, shells do; there is none. */
export function getLog({ command }: CommandContext): Doc {
  if (typeof command['getLog'] !== 'string' || isDoc(command['getLog'])) throw notImplemented('This log');
  return { totalLinesWritten: 0, log: [] };
}
