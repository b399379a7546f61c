import { describe, expect, it } from '@jest/globals';
import { decodeCursor, encodeCursor, pageRequest, pageSize, readIndex } from '../../src/api/paging.js';

const bad = expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } });

describe('arguments of a connection', () => {
  it('become a page of 50 when nothing is said', () => {
    expect(pageRequest({}, readIndex)).toEqual({ limit: 50, fromEnd: false });
  });

  it('name a place by a cursor that was given before', () => {
    expect(pageRequest({ first: 3, after: encodeCursor(7) }, readIndex)).toEqual({
      limit: 3,
      fromEnd: false,
      after: 7,
    });
    expect(pageRequest({ last: 3, before: encodeCursor(7) }, readIndex)).toEqual({
      limit: 3,
      fromEnd: true,
      before: 7,
    });
  });

  it('are refused outside 0 to 100, both ways at once, and with a cursor of another list', () => {
    expect(() => pageSize('first', 101)).toThrow('first is 0 to 100; 101 was asked for.');
    for (const args of [
      { first: -1 },
      { last: 101 },
      { first: 1, last: 1 },
      { after: 'x' },
      { after: encodeCursor('x') },
    ]) {
      let thrown: unknown;
      try {
        pageRequest(args, readIndex);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toEqual(bad);
    }
  });
});

describe('a cursor', () => {
  it('carries a place of any text, and rubbish carries none', () => {
    expect(decodeCursor(encodeCursor(['ü "€"', 'id']))).toEqual(['ü "€"', 'id']);
    expect(decodeCursor('%%%')).toBeUndefined();
  });
});
