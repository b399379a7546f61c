import { Timestamp } from 'mongodb';
import { runPipeline, stageOf } from '../aggregate/pipeline.js';
import { type Doc, encode, isDoc, maxDocumentBytes } from '../bson/document.js';
import { flag } from '../bson/numbers.js';
import { equalValues } from '../bson/compare.js';
import { MongoFailure, notImplemented } from '../failure.js';
import type { Engine } from '../storage/engine.js';
import { type OplogEntry, seqOf, timestampOf } from '../storage/oplog.js';
import { pipelineNeeds } from './aggregate-source.js';
import { changeEvent, type EventOptions } from './change-event.js';
import type { CommandContext } from './context.js';
import type { Batch, Cursor } from './cursors.js';
import { parseToken, tokenOf } from './resume-token.js';

const stagesAllowed = new Set([
  '$match',
  '$project',
  '$addFields',
  '$set',
  '$unset',
  '$replaceRoot',
  '$replaceWith',
  '$redact',
]);
const entriesAtOnce = 500;

/** What a stream watches: one collection, one database (`a.`), or everything (the empty prefix). */
interface Scope {
  readonly collection: string | undefined;
  readonly prefix: string;
}

function scopeOf({ database, command }: CommandContext, ns: string | undefined, options: Doc): Scope {
  if (ns !== undefined) return { collection: ns, prefix: ns };
  if (command['aggregate'] === undefined) throw new MongoFailure(73, 'a change stream needs a namespace');
  if (!flag(options['allChangesForCluster'])) return { collection: undefined, prefix: `${database}.` };
  if (database !== 'admin')
    throw new MongoFailure(72, 'A $changeStream with allChangesForCluster may only be opened on the admin database');
  return { collection: undefined, prefix: '' };
}

function within({ collection, prefix }: Scope, entry: OplogEntry): boolean {
  if (collection === undefined) return entry.ns.startsWith(prefix);
  return entry.ns === collection && entry.op !== 'dropDatabase';
}

/** Whether a stream ends after this entry. */
function invalidates({ collection, prefix }: Scope, entry: OplogEntry): boolean {
  if (collection !== undefined) return entry.op === 'drop' || entry.op === 'rename';
  return prefix !== '' && entry.op === 'dropDatabase';
}

function optionOf(options: Doc, name: string, otherwise: string, values: readonly string[]): string {
  const value = options[name] ?? otherwise;
  if (typeof value !== 'string' || !values.includes(value))
    throw new MongoFailure(
      2,
      `Enumeration value '${String(value)}' for field '$changeStream.${name}' is not a valid value.`,
    );
  return value;
}

/** The position after which a new stream begins. */
function startOf({ life, oplog }: Engine, options: Doc): { position: number; invalidated: boolean } {
  const { resumeAfter, startAfter, startAtOperationTime } = options;
  if ([resumeAfter, startAfter, startAtOperationTime].filter((value) => value !== undefined).length > 1) {
    throw new MongoFailure(40674, 'Only one type of resume option is allowed, but multiple were found.');
  }
  let position = oplog.position;
  if (resumeAfter !== undefined || startAfter !== undefined) {
    const token = parseToken(life, resumeAfter ?? startAfter);
    if (token.invalidate && resumeAfter !== undefined)
      throw new MongoFailure(
        260,
        `Attempting to resume a change stream using 'resumeAfter' is not allowed from an invalidate notification.`,
      );
    if (token.seq > oplog.position)
      throw new MongoFailure(
        280,
        'cannot resume stream; the resume token was not found: it is newer than the database',
      );
    position = token.seq;
  } else if (startAtOperationTime instanceof Timestamp) {
    position = seqOf(startAtOperationTime) - 1;
  }
  if (!oplog.reaches(position)) {
    throw new MongoFailure(
      286,
      'Resume of change stream was not possible, as the resume point may no longer be in the oplog.',
      {},
      ['NonResumableChangeStreamError'],
    );
  }
  return { position, invalidated: false };
}

/**
 * Opens a change stream.
 *
 * Events come in the order of the writes, after their commit, each once. A stream that has nothing to tell waits for the
 * next commit, no longer than it was asked to.
 *
 * @throws MongoFailure 260, 280 for a token it cannot resume from, 286 when the log does not go back that far.
 */
export function openChangeStream(
  context: CommandContext,
  ns: string | undefined,
  spec: unknown,
  stages: readonly Doc[],
): Cursor {
  const { engine, session, database } = context;
  const options: Doc = isDoc(spec) ? spec : {};
  if (flag(options['showExpandedEvents'])) throw notImplemented('showExpandedEvents');
  for (const stage of stages) {
    const { name } = stageOf(stage);
    if (!stagesAllowed.has(name)) throw new MongoFailure(20, `${name} is not permitted in a $changeStream pipeline`);
  }
  const scope = scopeOf(context, ns, options);
  const eventOptions: EventOptions = {
    fullDocument: optionOf(options, 'fullDocument', 'default', [
      'default',
      'updateLookup',
      'whenAvailable',
      'required',
    ]),
    before: optionOf(options, 'fullDocumentBeforeChange', 'off', ['off', 'whenAvailable', 'required']),
  };
  let { position } = startOf(engine, options);
  const closing = new AbortController();
  const { reader, oplog, life } = engine;
  const needs = pipelineNeeds({
    side: reader,
    database,
    evaluate: context.evaluate,
    variables: {},
    tick: () => undefined,
  });
  for (const _event of runPipeline([], stages, needs)) break;

  function* events(entry: OplogEntry): Generator<Doc> {
    yield changeEvent(entry, tokenOf(life, { seq: entry.seq, invalidate: false }), reader, eventOptions);
    if (!invalidates(scope, entry)) return;
    const clusterTime = timestampOf(entry.seq);
    yield {
      _id: tokenOf(life, { seq: entry.seq, invalidate: true }),
      operationType: 'invalidate',
      clusterTime,
      wallTime: entry.at,
    };
  }

  function shown(entry: OplogEntry): Buffer[] {
    return [...events(entry)].flatMap((event) => {
      const token = event['_id'];
      return [...runPipeline([event], stages, needs)].map((result) => {
        if (equalValues(result['_id'], token)) return encode(result);
        throw new MongoFailure(
          280,
          'Encountered an event whose _id field, which contains the resume token, was modified by the pipeline.',
          {},
          ['NonResumableChangeStreamError'],
        );
      });
    });
  }

  /** Reads on until the batch is full or the log is at its end. */
  function collect(size: number): Batch {
    const docs: Buffer[] = [];
    let bytes = 0;
    for (;;) {
      if (!oplog.reaches(position))
        throw new MongoFailure(286, 'CollectionScan died due to position in capped collection being deleted.', {}, [
          'NonResumableChangeStreamError',
        ]);
      const entries = oplog.read(position, entriesAtOnce);
      for (const entry of entries) {
        const results = within(scope, entry) ? shown(entry) : [];
        const resultBytes = results.reduce((sum, result) => sum + result.length, 0);
        if (docs.length > 0 && (docs.length + results.length > size || bytes + resultBytes > maxDocumentBytes))
          return { docs, done: false, postBatchResumeToken: here() };
        docs.push(...results);
        bytes += resultBytes;
        position = entry.seq;
        if (within(scope, entry) && invalidates(scope, entry))
          return { docs, done: true, postBatchResumeToken: tokenOf(life, { seq: position, invalidate: true }) };
      }
      if (entries.length < entriesAtOnce) break;
    }
    if (docs.length === 0) position = Math.max(position, oplog.position);
    return { docs, done: false, postBatchResumeToken: here() };
  }

  const here = (): Doc => tokenOf(life, { seq: position, invalidate: false });

  return {
    ns: ns ?? `${database}.$cmd.aggregate`,
    session,
    inTransaction: false,
    async pull(size, waitMilliseconds, signal) {
      if (size === 0) return { docs: [], done: false, postBatchResumeToken: here() };
      const until = performance.now() + waitMilliseconds;
      const either = AbortSignal.any([signal, closing.signal]);
      for (;;) {
        const batch = collect(size);
        const left = until - performance.now();
        if (batch.docs.length > 0 || batch.done || left <= 0) return batch;
        if (closing.signal.aborted) throw new MongoFailure(237, 'the cursor was killed');
        if (signal.aborted) return batch;
        await oplog.next(left, either);
      }
    },
    close() {
      closing.abort();
    },
  };
}
