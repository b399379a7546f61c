import { isDoc, type Doc } from '../bson/document.js';
import { integerOption } from '../bson/numbers.js';
import { makeEvaluate } from '../aggregate/evaluate.js';
import { MongoFailure, notImplemented } from '../failure.js';
import type { Evaluate } from '../query/filter.js';
import type { Collection } from '../storage/catalog.js';
import type { Engine } from '../storage/engine.js';
import type { Side } from '../storage/select.js';
import type { Cursors } from './cursors.js';
import type { Transactions } from './transactions.js';

/** What a command is given. */
export interface CommandContext {
  readonly engine: Engine;
  readonly cursors: Cursors;
  readonly transactions: Transactions;
  /** Its name as registered, in MongoDB's spelling. */
  readonly name: string;
  readonly command: Doc;
  readonly database: string;
  /** Documents that came beside the command, by field name, as bytes. */
  readonly sequences: ReadonlyMap<string, readonly Buffer[]>;
  /** What the command reads: the writer's view inside a transaction. */
  readonly side: Side;
  /** Hex of the session's id. */
  readonly session: string | undefined;
  readonly inTransaction: boolean;
  /** Aborted when the connection is gone. */
  readonly signal: AbortSignal;
  readonly evaluate: Evaluate;
  /** @throws MongoFailure 50 when `maxTimeMS` is over. */
  readonly tick: () => void;
  /** Runs the writing part of the command, once even when the driver retries it. */
  write(job: () => Doc): Promise<Doc>;
}

export type Handler = (context: CommandContext) => Doc | Promise<Doc>;

/** `maxTimeMS` as a check to be made between documents. */
export function deadlineOf(command: Doc): () => void {
  const milliseconds = integerOption(command['maxTimeMS'], 0);
  if (milliseconds <= 0) return () => undefined;
  const until = performance.now() + milliseconds;
  return () => {
    if (performance.now() > until) throw new MongoFailure(50, 'operation exceeded time limit');
  };
}

/** The evaluator of a command's expressions, with the variables of its `let`. */
export function evaluatorOf(command: Doc, tick: () => void): Evaluate {
  const variables = command['let'];
  if (!isDoc(variables)) return makeEvaluate({}, tick);
  const plain = makeEvaluate({}, tick);
  return makeEvaluate(
    Object.fromEntries(Object.entries(variables).map(([name, expression]) => [name, plain(expression, {})])),
    tick,
  );
}

/** @throws MongoFailure 73 when the command names no collection. */
export function namespaceOf({
  command,
  name,
  database,
}: Pick<CommandContext, 'command' | 'name' | 'database'>): string {
  const collection = command[name] ?? command[Object.keys(command)[0] as string];
  if (typeof collection !== 'string') throw new MongoFailure(2, `collection name has invalid type`);
  return checkNamespace(database, collection);
}

export function checkNamespace(database: string, collection: string): string {
  if (collection === '' || collection.startsWith('.') || collection.endsWith('.') || /[$\0]/.test(collection)) {
    throw new MongoFailure(73, `Invalid namespace specified '${database}.${collection}'`);
  }
  if (database === '' || /[/\\. "$\0]/.test(database))
    throw new MongoFailure(73, `Invalid namespace specified '${database}.${collection}'`);
  return `${database}.${collection}`;
}

/** The collection a write goes to, made when there is none. */
export function collectionToWrite({ engine }: CommandContext, ns: string): Collection {
  const { catalog } = engine.writer;
  return catalog.find(ns) ?? catalog.create(ns, {});
}

/** @throws MongoFailure 238 for a collation other than the simple one. */
export function refuseCollation(command: Doc): void {
  const collation = command['collation'];
  if (isDoc(collation) && Object.keys(collation).length > 0 && collation['locale'] !== 'simple')
    throw notImplemented('Collation');
}
