import { decode, type Doc } from '../bson/document.js';
import { MongoFailure } from '../failure.js';
import { byId, type Side } from '../storage/select.js';
import { type OplogEntry, timestampOf } from '../storage/oplog.js';

export interface EventOptions {
  /** `default`, `updateLookup`, `whenAvailable` or `required`. */
  readonly fullDocument: string;
  /** `off`, `whenAvailable` or `required`. */
  readonly before: string;
}

/** `a.b.c` as database `a` and collection `b.c`. */
export function splitNamespace(ns: string): { db: string; coll: string } {
  const dot = ns.indexOf('.');
  return { db: ns.slice(0, dot), coll: ns.slice(dot + 1) };
}

function image(bytes: Buffer | undefined, want: string, which: string): Doc | null {
  if (bytes) return decode(bytes);
  if (want !== 'required') return null;
  throw new MongoFailure(
    47,
    `Change stream was configured to require a ${which}-image for all update, delete and replace events, but the ${which}-image was not found for one of them`,
  );
}

function fullDocument(entry: OplogEntry, side: Side, { fullDocument: want }: EventOptions): Doc | null | undefined {
  if (entry.op === 'insert' || entry.op === 'replace') return decode(entry.full as Buffer);
  if (entry.op !== 'update' || want === 'default') return undefined;
  if (want !== 'updateLookup') return image(entry.full, want, 'post');
  const collection = side.catalog.find(entry.ns);
  return (collection && byId(side, collection, decode(entry.id as Buffer)['_id'])?.doc) ?? null;
}

/**
 * A change event, as MongoDB shows it.
 *
 * @throws MongoFailure 47 when an image is required that was not kept.
 */
export function changeEvent(entry: OplogEntry, token: Doc, side: Side, options: EventOptions): Doc {
  const { op, ns, seq, at } = entry;
  const event: Doc = { _id: token, operationType: op, clusterTime: timestampOf(seq), wallTime: at };
  const full = fullDocument(entry, side, options);
  if (full !== undefined) event['fullDocument'] = full;
  event['ns'] = op === 'dropDatabase' ? { db: ns.slice(0, -1) } : splitNamespace(ns);
  const extra = entry.extra ? decode(entry.extra) : {};
  if (op === 'rename') event['to'] = extra['to'];
  if (entry.id) event['documentKey'] = decode(entry.id);
  if (op === 'update') event['updateDescription'] = extra['updateDescription'];
  if (options.before !== 'off' && ['update', 'replace', 'delete'].includes(op))
    event['fullDocumentBeforeChange'] = image(entry.before, options.before, 'pre');
  return event;
}
