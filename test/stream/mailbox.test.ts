import { describe, expect, it } from '@jest/globals';
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
});
