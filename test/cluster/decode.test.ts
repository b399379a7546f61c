import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ListSplitter } from '../../src/cluster/list-splitter.js';
import { parseObject } from '../../src/cluster/parse-object.js';

type Json = Record<string, unknown>;

/** Text that is hard on who looks for quotes and brackets. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('"', '\\', '\\"', '}{][', ',"managedFields":[', ']},"spec":{}', '\u2028', '😀', '\u0000\n'),
);
const key = fc
  .oneof(text, fc.constantFrom('managedFields', 'items', 'metadata', 'object'))
  .filter((k) => k !== '__proto__');
const { anything } = fc.letrec((tie) => ({
  anything: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(null, true, false),
    fc.array(tie('anything'), { maxLength: 4 }),
    fc.dictionary(key, tie('anything'), { maxKeys: 4 }),
  ),
}));
const indent = fc.constantFrom(0, 1, '\t');
const managed = fc.array(fc.dictionary(key, anything, { maxKeys: 3 }), { maxLength: 3 });

/** What JSON.parse makes of it: -0 is 0 once it was written. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Takes away the first member of that name, in the order of the text, that is a list and not the first of its object. */
function withoutFirst(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, inner], index) => {
    if (name === 'managedFields' && Array.isArray(inner) && index > 0 && !Array.isArray(value)) {
      return Reflect.deleteProperty(value, name);
    }
    return withoutFirst(inner);
  });
}

describe('an object as it is parsed', () => {
  it('is what JSON.parse makes of it, less its managedFields, whatever stands in either', () => {
    const metadata = fc.record({ name: text, labels: fc.dictionary(text, text), managedFields: managed });
    const event = fc.record({
      type: text,
      object: fc.record({ kind: text, metadata, spec: anything, status: anything }),
    });
    fc.assert(
      fc.property(event, (value) => {
        const wanted = plain(value) as { object: { metadata: Json } };
        delete wanted.object.metadata['managedFields'];
        expect(parseObject(Buffer.from(JSON.stringify(value)))).toEqual(wanted);
      }),
      { numRuns: 500 },
    );
  });

  it('loses at most the first list of that name, of any JSON at all', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const wanted = plain(value);
        withoutFirst(wanted);
        expect(parseObject(Buffer.from(JSON.stringify(value)))).toEqual(wanted);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps its managedFields when it is not written as API servers write it', () => {
    const value = { object: { metadata: { name: 'a', managedFields: [{ manager: 'b' }] } } };
    expect(parseObject(Buffer.from(JSON.stringify(value, null, 1)))).toEqual(value);
  });

  it('is an error when it was cut off anywhere', () => {
    const whole = JSON.stringify({ object: { metadata: { name: 'ä', managedFields: [{ f: ['"]}'] }] }, spec: [1] } });
    const bytes = Buffer.from(whole);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => parseObject(Buffer.from(bytes.subarray(0, length)))).toThrow(SyntaxError);
    }
  });
});

function split(bytes: Buffer, sizes: readonly number[]) {
  const splitter = new ListSplitter();
  const items: unknown[] = [];
  for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
    const end = start + Number(sizes[turn % sizes.length]);
    for (const item of splitter.push(Buffer.from(bytes.subarray(start, end)))) items.push(JSON.parse(String(item)));
    start = end;
  }
  const { items: rest, ...envelope } = splitter.envelope();
  return { envelope, items: [...items, ...(rest ?? [])] };
}

describe('a list that is cut into its items', () => {
  it('gives the items that JSON.parse gives, wherever the chunks were cut', () => {
    const items = fc.option(fc.array(fc.dictionary(key, anything, { maxKeys: 3 }), { maxLength: 5 }));
    const around = fc.dictionary(
      key.filter((name) => name !== 'items'),
      anything,
      { maxKeys: 3 },
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
    fc.assert(
      fc.property(around, items, around, indent, sizes, (before, inner, after, space, cuts) => {
        const list = { ...before, items: inner, ...after };
        const { items: wanted, ...envelope } = plain(list) as Json;
        expect(split(Buffer.from(JSON.stringify(list, null, space)), cuts)).toEqual({
          envelope,
          items: wanted ?? [],
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it('is an error when it was cut off anywhere', () => {
    const bytes = Buffer.from(JSON.stringify({ metadata: { resourceVersion: '1' }, items: [{ a: '"]}' }, { b: [] }] }));
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => split(bytes.subarray(0, length), [7])).toThrow('list');
    }
  });

  it('is an error when it is something else', () => {
    for (const other of ['<html>', '"items"', '[{}]', '{"items":[1]}', '{"items":["a"]}', '{} {}']) {
      expect(() => split(Buffer.from(other), [100])).toThrow();
    }
  });
});
