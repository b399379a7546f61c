import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { owenScrambled, sobolCoordinate, sobolDimensions } from '../../src/model/sobol.js';

const plain = (point: number, dimension: number): number => sobolCoordinate(dimension, point);
const place = (coordinate: number): number => coordinate / 2 ** 32;

/** How many of the first 2^(m + n) points lie in each box of 2^-m by 2^-n. */
function boxes(m: number, n: number, coordinate: (point: number, dimension: number) => number): Set<string> {
  const filled = new Set<string>();
  for (let point = 0; point < 2 ** (m + n); point += 1) {
    const [x, y] = [place(coordinate(point, 0)), place(coordinate(point, 1))];
    filled.add(`${Math.floor(x * 2 ** m)} ${Math.floor(y * 2 ** n)}`);
  }
  return filled;
}

describe("the Sobol' sequence", () => {
  /** As `sobol 10 3 new-joe-kuo-6.21201` of Joe and Kuo prints them, on their page of direction numbers. */
  it('begins as published', () => {
    const points = Array.from({ length: 10 }, (_, point) => [0, 1, 2].map((at) => place(plain(point, at))));
    expect(points).toEqual([
      [0, 0, 0],
      [0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25],
      [0.25, 0.75, 0.75],
      [0.375, 0.375, 0.625],
      [0.875, 0.875, 0.125],
      [0.625, 0.125, 0.875],
      [0.125, 0.625, 0.375],
      [0.1875, 0.3125, 0.9375],
      [0.6875, 0.8125, 0.4375],
    ]);
  });

  /** Points of scipy 1.17.1: `stats.qmc.Sobol(100, scramble=False, bits=32)`, times 2^32. */
  it.each([
    [100, [1778384896, 1107296256, 3321888768, 3120562176, 2986344448, 2852126720, 3724541952, 3791650816]],
    [4095, [1048576, 4042260480, 1435500544, 3872391168, 1058013184, 2609905664, 4130340864, 4134535168]],
    [16383, [262144, 3435921408, 3231449088, 3020685312, 2800484352, 192151552, 1942224896, 1266941952]],
  ])('is that of others far out, at point %p', (point, coordinates) => {
    expect([0, 1, 2, 3, 9, 49, 98, 99].map((dimension) => plain(point, dimension))).toEqual(coordinates);
  });

  it('is that of others in the first 1,024 points of all 100 dimensions', () => {
    expect(sobolDimensions).toBe(100);
    const words = Array.from({ length: 1024 * 100 }, (_, at) => plain(Math.floor(at / 100), at % 100));
    const digest = createHash('sha256').update(Uint32Array.from(words)).digest('hex');
    expect(digest).toBe('768ac9b4e1197e14c049ae0442f368364c297c6c57ae76b3724bdd3528a91b88');
  });

  it('uses all 32 bits at its last point', () => {
    const last = Array.from({ length: sobolDimensions }, (_, dimension) => plain(2 ** 32 - 1, dimension));
    expect(last[0]).toBe(1);
    expect(new Set(last).size).toBeGreaterThan(90);
  });

  it('has one of 2^m points in each of 2^m intervals, in every dimension', () => {
    for (let dimension = 0; dimension < sobolDimensions; dimension += 1) {
      const intervals = Array.from({ length: 256 }, (_, point) => plain(point, dimension) >>> 24);
      expect(new Set(intervals).size).toBe(256);
    }
  });
});

describe('Owen scrambling', () => {
  const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

  it('keeps every box of the first two dimensions filled, whatever the seeds', () => {
    fc.assert(
      fc.property(seeds, seeds, (first, second) => {
        const scrambled = (point: number, dimension: number): number =>
          owenScrambled(plain(point, dimension), dimension === 0 ? first : second);
        for (const m of [0, 2, 4, 6]) expect(boxes(m, 6 - m, scrambled).size).toBe(64);
      }),
      { numRuns: 50 },
    );
  });

  it('permutes: digits ahead of the first difference stay equal, that digit differs', () => {
    fc.assert(
      fc.property(seeds, seeds, seeds, (x, y, seed) => {
        const changed = owenScrambled(x, seed) ^ owenScrambled(y, seed);
        expect(Math.clz32(changed)).toBe(Math.clz32(x ^ y));
      }),
    );
  });

  it('takes every point anywhere, by the seed', () => {
    const eighths = Array.from({ length: 800 }, (_, at) => owenScrambled(0, Math.imul(at, 0x9e3779b9) >>> 0) >>> 29);
    for (let eighth = 0; eighth < 8; eighth += 1) {
      const share = eighths.filter((one) => one === eighth).length;
      expect(share).toBeGreaterThan(60);
      expect(share).toBeLessThan(140);
    }
  });
});
