import { type Doc, isDoc } from '../bson/document.js';
import { MongoFailure } from '../failure.js';

export interface Token {
  readonly seq: number;
  /** Of an `invalidate` event: a stream may start after it but not be resumed. */
  readonly invalidate: boolean;
}

/** `_data`: the database's identity, 16 hex digits; the position, 14; 00 or, for an `invalidate`, 01. */
export function tokenOf(life: string, { seq, invalidate }: Token): Doc {
  return { _data: `${life}${seq.toString(16).padStart(14, '0')}${invalidate ? '01' : '00'}`.toUpperCase() };
}

/**
 * @throws MongoFailure 9, 40647, 260 for what is no token of this kind of database, 280 for one of another database.
 */
export function parseToken(life: string, value: unknown): Token {
  const text = isDoc(value) ? value['_data'] : undefined;
  if (typeof text !== 'string')
    throw new MongoFailure(40647, 'Bad resume token: _data of missing or of wrong type. Expected string');
  if (!/^[0-9a-f]*$/i.test(text)) throw new MongoFailure(9, 'resume token string was not a valid hex string');
  const parts = /^([0-9a-f]{16})([0-9a-f]{14})(0[01])$/i.exec(text);
  if (!parts) throw new MongoFailure(260, `Resume token is not valid: ${text.slice(0, 80)}`);
  if (parts[1]?.toLowerCase() !== life) {
    throw new MongoFailure(
      280,
      'cannot resume stream; the resume token was not found: it belongs to another database',
      {},
      ['NonResumableChangeStreamError'],
    );
  }
  return { seq: Number.parseInt(parts[2] as string, 16), invalidate: parts[3] === '01' };
}
