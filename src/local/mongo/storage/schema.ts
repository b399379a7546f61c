import { randomBytes } from 'node:crypto';
import type { Handle } from './handle.js';

/**
 * The tables. A record's number is its collection's number × 2^32 plus a counter, so that a collection is one range of
 * records, in the order of their insertion. An entry's key begins with its index's number, four bytes, big-endian.
 */
const tables = `
create table if not exists meta (name text primary key, value blob);
create table if not exists collections (id integer primary key autoincrement, ns text not null unique, options blob not null, uuid blob not null);
create table if not exists indexes (id integer primary key autoincrement, collection integer not null, name text not null, spec blob not null,
  multikey integer not null default 0, unique (collection, name));
create table if not exists documents (rid integer primary key, body blob not null);
create table if not exists entries (key blob not null, rid integer not null, primary key (key, rid)) without rowid;
create table if not exists oplog (seq integer primary key, at integer not null, op text not null, ns text not null, id blob, full blob, extra blob, before blob);
create table if not exists retries (session blob primary key, number integer not null, reply blob not null, at integer not null) without rowid;
`;

/** Makes the tables and gives the database its identity, 8 random bytes in hex, which resume tokens carry. */
export function prepareSchema(handle: Handle): { readonly life: string } {
  handle.exec(`begin immediate; ${tables} commit;`);
  handle.sql('insert or ignore into meta values (?, ?)').run('life', randomBytes(8));
  const row = handle.sql('select value from meta where name = ?').get('life');
  return { life: Buffer.from(row?.[0] as Buffer).toString('hex') };
}

export const recordsPerCollection = 2 ** 32;
