import type { Doc } from '../bson/document.js';
import { MongoFailure } from '../failure.js';

const generic =
  'lsid txnNumber autocommit startTransaction writeConcern readConcern maxTimeMS comment apiVersion apiStrict apiDeprecationErrors stmtId stmtIds';

const reading = 'hint collation let';

/** The fields MongoDB 6.0 knows, for the commands where an unknown one could change the meaning. */
const fields: Readonly<Record<string, ReadonlySet<string>>> = Object.fromEntries(
  Object.entries({
    find:
      `${reading} filter sort projection skip limit batchSize singleBatch max min returnKey showRecordId ` +
      'tailable oplogReplay noCursorTimeout awaitData allowPartialResults allowDiskUse',
    aggregate: `${reading} pipeline explain allowDiskUse cursor bypassDocumentValidation`,
    count: 'query limit skip hint collation fields',
    distinct: 'key query collation',
    insert: 'documents ordered bypassDocumentValidation',
    update: 'updates ordered bypassDocumentValidation let',
    delete: 'deletes ordered let',
    findAndModify: `${reading} query sort remove update new fields upsert bypassDocumentValidation arrayFilters`,
    getMore: 'collection batchSize term lastKnownCommittedOpTime',
    createIndexes: 'indexes commitQuorum ignoreUnknownIndexOptions',
  }).map(([name, known]) => [name, new Set([...known.split(' '), ...generic.split(' ')])]),
);

/** @throws MongoFailure 40415 for a field the command does not have. */
export function checkFields(name: string, command: Doc): void {
  const known = fields[name];
  if (!known) return;
  const [, ...others] = Object.keys(command);
  const unknown = others.find((field) => !known.has(field) && !field.startsWith('$'));
  if (unknown !== undefined) throw new MongoFailure(40415, `BSON field '${name}.${unknown}' is an unknown field.`);
}
