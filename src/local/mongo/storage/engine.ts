import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeEvaluate } from '../aggregate/evaluate.js';
import { Catalog } from './catalog.js';
import { Handle } from './handle.js';
import { Oplog, type OplogBounds } from './oplog.js';
import { WriteQueue } from './queue.js';
import { Records } from './records.js';
import { prepareSchema } from './schema.js';
import type { Side } from './select.js';

/** The database file with its one writer and its one reader, which sees what is committed and nothing else. */
export interface Engine extends Disposable {
  /** Identity of this database, in hex. */
  readonly life: string;
  readonly reader: Side;
  readonly writer: Side;
  readonly records: Records;
  readonly oplog: Oplog;
  readonly queue: WriteQueue;
  /** To be called after the writer has committed or rolled back. */
  settled(committed: boolean): void;
}

function openSide(file: string): Side {
  const handle = new Handle(file);
  return { handle, catalog: new Catalog(handle, makeEvaluate()) };
}

/** Opens, or makes, the database file in a directory. */
export function openEngine(directory: string, bounds: OplogBounds): Engine {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'mongo.sqlite');
  const first = new Handle(file);
  const { life } = prepareSchema(first);
  first.close();
  const writer = openSide(file);
  const reader = openSide(file);
  const oplog = new Oplog(writer.handle, reader.handle, bounds);
  const settled = (committed: boolean): void => {
    (committed ? reader : writer).catalog.forget();
    if (committed) oplog.publish();
  };
  return {
    life,
    reader,
    writer,
    oplog,
    records: new Records(writer.handle, writer.catalog, oplog),
    queue: new WriteQueue(writer.handle, settled),
    settled,
    [Symbol.dispose]() {
      reader.handle.close();
      writer.handle.close();
    },
  };
}
