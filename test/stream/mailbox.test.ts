import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Mailbox } from '../../src/stream/mailbox.js';

function take(mailbox: Mailbox<number, number>, limit: number): [key: string, value: number][] {
  const taken: [string, number][] = [];
  expect(mailbox.take(limit, (key, value) => taken.push([key, value]))).toBe(taken.length);
  return taken;
}

describe('a mailbox', () => {
  it('holds the newest value per key, in the order of the first unread change', () => {
    const mailbox = new Mailbox<number, number>();
    mailbox.put('a', 1, 1);
    mailbox.put('b', 2, 2);
    mailbox.put('a', 3, 3);
    expect(mailbox.size).toBe(2);
    expect(mailbox.oldest).toBe(1);
    expect(take(mailbox, 10)).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
    expect(mailbox.oldest).toBeUndefined();
  });

  it('gives a part and keeps the rest', () => {
    const mailbox = new Mailbox<number, number>();
    for (const [index, key] of ['a', 'b', 'c'].entries()) mailbox.put(key, index, index);
    mailbox.remove('b');
    expect(take(mailbox, 1)).toEqual([['a', 0]]);
    expect(mailbox.oldest).toBe(2);
    expect(take(mailbox, 1)).toEqual([['c', 2]]);
    expect(take(mailbox, 1)).toEqual([]);
  });

  it('puts a key that was read at the end again', () => {
    const mailbox = new Mailbox<number, number>();
    mailbox.put('a', 1, 1);
    mailbox.put('b', 2, 2);
    take(mailbox, 1);
    mailbox.put('a', 3, 3);
    expect(take(mailbox, 2)).toEqual([
      ['b', 2],
      ['a', 3],
    ]);
  });

  it('holds what a list of entries would hold, whatever is put, removed and taken', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    const step = fc.oneof(
      fc.record({ put: key, value: fc.nat(9) }),
      fc.record({ remove: key }),
      fc.record({ take: fc.nat(3) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const mailbox = new Mailbox<number, number>();
        let expected: { key: string; value: number; position: number }[] = [];
        for (const [position, one] of steps.entries()) {
          if ('put' in one) {
            mailbox.put(one.put, one.value, position);
            const unread = expected.find((entry) => entry.key === one.put);
            if (unread) unread.value = one.value;
            else expected.push({ key: one.put, value: one.value, position });
          } else if ('remove' in one) {
            mailbox.remove(one.remove);
            expected = expected.filter((entry) => entry.key !== one.remove);
          } else {
            expect(take(mailbox, one.take)).toEqual(
              expected.splice(0, one.take).map((entry) => [entry.key, entry.value]),
            );
          }
          expect([mailbox.size, mailbox.oldest]).toEqual([expected.length, expected[0]?.position]);
        }
      }),
    );
  });
});
