import { endOfValue } from './json-bytes.js';
import { wordAt } from './words.js';

/** A place in JSON text. */
export interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

type Fields = Record<string, unknown>;

/**
 * Makes what is wanted of the value that begins at the cursor, and moves the cursor behind the value.
 *
 * @param parent The object that it is a member of, as far as that was read.
 * @throws Unreadable, SyntaxError
 */
export type Read = (cursor: Cursor, parent: Readonly<Fields>) => unknown;

/** Moves the cursor behind the value that begins there. @throws Unreadable */
export type Pass = (cursor: Cursor) => void;

/** No JSON, or JSON in another spelling than API servers use, such as with white space: JSON.parse knows which. */
export class Unreadable extends Error {}

interface Member {
  readonly name: string;
  readonly key: Buffer;
  readonly read?: Read | undefined;
  readonly pass?: Pass | undefined;
}

/** Any value, all of it. */
export const value: Read = (cursor) => {
  const start = cursor.at;
  pass(cursor);
  return JSON.parse(cursor.bytes.toString('utf8', start, cursor.at)) as unknown;
};

/** Text that is seldom the same twice, such as a name. */
export const text: Read = (cursor, parent) => {
  const end = endOfPlain(cursor);
  if (end === -1) return value(cursor, parent);
  const start = cursor.at + 1;
  cursor.at = end + 1;
  return cursor.bytes.toString('latin1', start, end);
};

/** Text that many objects share, such as a time: one string in memory for most of them. */
export const word: Read = (cursor, parent) => {
  const end = endOfPlain(cursor);
  if (end === -1) return value(cursor, parent);
  const start = cursor.at + 1;
  cursor.at = end + 1;
  return wordAt(cursor.bytes, start, end);
};

/** A number, true or false. */
export const scalar: Read = (cursor, parent) => {
  const { bytes, at } = cursor;
  const digit = (bytes[at] as number) - 0x30;
  if (!(digit >= 0 && digit <= 9 && isEnd[bytes[at + 1] as number])) return value(cursor, parent);
  cursor.at += 1;
  return digit;
};

export function list(read: Read): Read {
  return (cursor, parent) => {
    const { bytes } = cursor;
    if (bytes[cursor.at] !== 0x5b) return value(cursor, parent);
    const items: unknown[] = [];
    cursor.at += 1;
    if (bytes[cursor.at] === 0x5d) {
      cursor.at += 1;
      return items;
    }
    for (;;) {
      items.push(read(cursor, parent));
      if (!goesOn(cursor, 0x5d)) return items;
    }
  };
}

/**
 * An object of which some members are read; the others are passed over, and are not there.
 *
 * @param make The object to begin with: every member that is read, undefined, so that all have one layout in memory.
 * @param passes Quicker ways past members that are not read.
 */
export function object(
  make: () => object,
  reads: Readonly<Record<string, Read>>,
  passes: Readonly<Record<string, Pass>> = {},
): Read {
  const byLength: Member[][] = [];
  for (const name of [...Object.keys(reads), ...Object.keys(passes)]) {
    const key = Buffer.from(name);
    (byLength[key.length] ??= []).push({ name, key, read: reads[name], pass: passes[name] });
  }
  return (cursor, parent) => {
    const { bytes } = cursor;
    if (bytes[cursor.at] !== 0x7b) return value(cursor, parent);
    const made = make() as Fields;
    cursor.at += 1;
    if (bytes[cursor.at] === 0x7d) {
      cursor.at += 1;
      return made;
    }
    for (;;) {
      const start = cursor.at + 1;
      const end = endOfPlain(cursor);
      if (end === -1 || bytes[end + 1] !== 0x3a) throw new Unreadable();
      cursor.at = end + 2;
      const member = find(byLength[end - start], bytes, start);
      if (member?.read) made[member.name] = member.read(cursor, made);
      else (member?.pass ?? pass)(cursor);
      if (!goesOn(cursor, 0x7d)) return made;
    }
  };
}

/** Behind a value: past the comma, or past the bracket that ends it all, which is false. */
function goesOn(cursor: Cursor, closing: number): boolean {
  const byte = cursor.bytes[cursor.at];
  cursor.at += 1;
  if (byte === 0x2c) return true;
  if (byte === closing) return false;
  throw new Unreadable();
}

function find(members: readonly Member[] | undefined, bytes: Buffer, start: number): Member | undefined {
  if (members === undefined) return undefined;
  for (const member of members) {
    const { key } = member;
    let index = 0;
    while (index < key.length && bytes[start + index] === key[index]) index += 1;
    if (index === key.length) return member;
  }
  return undefined;
}

const isPlain = new Uint8Array(256).fill(1, 0x20, 0x7f);
isPlain[0x22] = isPlain[0x5c] = 0;

const isEnd = new Uint8Array(256);
isEnd[0x2c] = isEnd[0x5d] = isEnd[0x7d] = 1;

/** The place of the quote that ends text of printable ASCII without escapes; -1 for anything else. */
function endOfPlain({ bytes, at }: Cursor): number {
  if (bytes[at] !== 0x22) return -1;
  let end = at + 1;
  while (isPlain[bytes[end] as number] === 1) end += 1;
  return bytes[end] === 0x22 ? end : -1;
}

export function pass(cursor: Cursor): void {
  const end = endOfValue(cursor.bytes, cursor.at);
  if (end === -1) throw new Unreadable();
  cursor.at = end;
}
