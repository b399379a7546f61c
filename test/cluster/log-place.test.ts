import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { instantOf } from '../../src/cluster/log-place.js';

const two = (max: number) => fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, '0'));
const day = fc.tuple(fc.constantFrom('1970', '2024', '2026'), two(13), two(32)).map((parts) => parts.join('-'));
const clock = fc.tuple(two(24), two(60), two(60)).map((parts) => parts.join(':'));
const digits = fc.integer({ min: 0, max: 999_999_999 }).map((value) => String(value).padStart(9, '0'));

describe('the instant of a log line', () => {
  it('is spelled in one way, with nine decimals and in UTC', () => {
    expect(instantOf('2026-11-25T10:00:00.5+01:00')).toBe('2026-11-25T09:00:00.500000000Z');
    expect(instantOf('2026-11-25T10:00:00Z')).toBe('2026-11-25T10:00:00.000000000Z');
    expect(instantOf('2024-02-29T23:59:59.123456789Z')).toBe('2024-02-29T23:59:59.123456789Z');
  });

  it('is none for what is no time', () => {
    for (const text of ['', 'now', '2026-11-25', '2026-13-01T00:00:00.000000000Z', '2026-11-25T10:00:00.0000000000Z']) {
      expect(instantOf(text)).toBeUndefined();
    }
  });

  it('is the same whether it was already spelled so or had to be worked out', () => {
    fc.assert(
      fc.property(day, clock, digits, (date, time, nanos) => {
        const text = `${date}T${time}.${nanos}Z`;
        expect(instantOf(text)).toBe(instantOf(text.replace('Z', '+00:00')));
      }),
      { numRuns: 2_000 },
    );
  });
});
