import { decode, type Doc, isDoc } from '../bson/document.js';
import { MongoFailure } from '../failure.js';
import type { CommandContext } from './context.js';

/** The statements of a command, which stand in its body or beside it. */
export function sequenceOf({ command, sequences, name }: CommandContext, field: string): Doc[] {
  const beside = sequences.get(field);
  const list: unknown = beside ? beside.map((bytes) => decode(bytes)) : command[field];
  if (!Array.isArray(list))
    throw new MongoFailure(40414, `BSON field '${name}.${field}' is missing but a required field`);
  if (list.length === 0 || list.length > 100_000) {
    throw new MongoFailure(16, `Write batch sizes must be between 1 and 100000. Got ${list.length} operations.`);
  }
  return list.map((statement: unknown) => {
    if (!isDoc(statement)) throw new MongoFailure(14, `the statements of ${name} must be objects`);
    return statement;
  });
}
