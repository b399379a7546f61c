import { BSONRegExp, ObjectId } from 'mongodb';
import { decode, type Doc, encode, isDoc, maxDocumentBytes } from '../bson/document.js';
import { MongoFailure } from '../failure.js';
import type { Collection } from '../storage/catalog.js';
import { collectionToWrite, type CommandContext, namespaceOf } from './context.js';
import { checkDocument } from './validation.js';
import { applyEach, withErrors } from './write-errors.js';

interface Incoming {
  readonly doc: Doc;
  /** The bytes as they came, when they can be stored as they are. */
  readonly bytes: Buffer | undefined;
}

function checkId(id: unknown): void {
  if (Array.isArray(id)) throw new MongoFailure(53, `The '_id' value cannot be of type array`);
  if (id instanceof BSONRegExp || id instanceof RegExp)
    throw new MongoFailure(53, `The '_id' value cannot be of type regex`);
}

/** A document to store: `_id` first, given one when it has none. */
function incoming(doc: Doc, bytes: Buffer | undefined): Incoming {
  if (Object.keys(doc)[0] === '_id' && doc['_id'] !== undefined) return { doc, bytes };
  const { _id = new ObjectId(), ...rest } = doc;
  return { doc: { _id, ...rest }, bytes: undefined };
}

/** The documents of the command, wherever they stand in the message. */
function documentsOf({ command, sequences }: CommandContext): { doc: Doc; bytes: Buffer | undefined }[] {
  const beside = sequences.get('documents');
  if (beside) return beside.map((bytes) => ({ doc: decode(bytes), bytes }));
  const within = command['documents'];
  if (!Array.isArray(within))
    throw new MongoFailure(40414, `BSON field 'insert.documents' is missing but a required field`);
  return within.map((doc: unknown) => {
    if (!isDoc(doc)) throw new MongoFailure(14, 'documents to insert must be objects');
    return { doc, bytes: undefined };
  });
}

export function insert(context: CommandContext): Promise<Doc> {
  const { command, engine, inTransaction } = context;
  const ns = namespaceOf(context);
  const documents = documentsOf(context);
  if (documents.length === 0 || documents.length > 100_000) {
    throw new MongoFailure(16, `Write batch sizes must be between 1 and 100000. Got ${documents.length} operations.`);
  }
  return context.write(() => {
    collectionToWrite(context, ns);
    let n = 0;
    const errors = applyEach(documents, command['ordered'], inTransaction, (given) => {
      const { doc, bytes = encode(doc) } = incoming(given.doc, given.bytes);
      if (bytes.length > maxDocumentBytes)
        throw new MongoFailure(
          2,
          `object to insert too large. size in bytes: ${bytes.length}, max size: ${maxDocumentBytes}`,
        );
      checkId(doc['_id']);
      const collection = engine.writer.catalog.find(ns) as Collection;
      checkDocument(collection, doc, undefined, command['bypassDocumentValidation']);
      engine.records.insert(collection, doc, bytes);
      n++;
    });
    return withErrors({ n }, errors);
  });
}
