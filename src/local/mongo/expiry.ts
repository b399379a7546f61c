import { makeEvaluate } from './aggregate/evaluate.js';
import type { Doc } from './bson/document.js';
import type { Collection, Index } from './storage/catalog.js';
import type { Engine } from './storage/engine.js';
import { select } from './storage/select.js';

const atOnce = 500;

function expired({ writer, records }: Engine, collection: Collection, index: Index): number {
  const path = index.fields[0]?.path as string;
  const before = new Date(Date.now() - (index.expireAfterSeconds as number) * 1000);
  const filter: Doc = { [path]: { $lt: before } };
  const found = [
    ...select(writer, collection, { filter, limit: atOnce, evaluate: makeEvaluate(), tick: () => undefined }),
  ];
  for (const { rid, body } of found) records.delete(collection, rid, body);
  return found.length;
}

/** Deletes what TTL indexes say has expired, some hundred documents in each transaction. */
export async function sweepExpired(engine: Engine): Promise<void> {
  for (const ns of engine.reader.catalog.namespaces()) {
    for (const { name, expireAfterSeconds } of engine.reader.catalog.find(ns)?.indexes ?? []) {
      if (expireAfterSeconds === undefined) continue;
      for (let deleted = atOnce; deleted === atOnce;) {
        deleted = await engine.queue.run(() => {
          const collection = engine.writer.catalog.find(ns);
          const index = collection?.indexes.find((each) => each.name === name);
          return collection && index?.expireAfterSeconds !== undefined ? expired(engine, collection, index) : 0;
        });
      }
    }
  }
}

/** Forgets how retried commands were answered, a day after they were. */
export function forgetRetries(engine: Engine): Promise<void> {
  return engine.queue.run(() =>
    engine.writer.handle.sql('delete from retries where at < ?').run(Date.now() - 86_400_000),
  );
}
