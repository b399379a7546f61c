/** Four words of 32 bits. */
export type Words = readonly [number, number, number, number];

const rounds = 10;

/**
 * Philox4x32-10: 128 random bits for each counter and key, with no state in between.
 *
 * Every word is from 0 to 2^32 - 1. Made of whole-number arithmetic alone, so it
 * gives the same on every machine.
 *
 * @see Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11, 2011.
 */
export function philox([a, b, c, d]: Words, [firstKey, secondKey]: readonly [number, number]): Words {
  let [key0, key1] = [firstKey, secondKey];
  for (let round = 0; round < rounds; round += 1) {
    const [high0, low0] = product(0xd2511f53, a);
    const [high1, low1] = product(0xcd9e8d57, c);
    [a, b, c, d] = [(high1 ^ b ^ key0) >>> 0, low1, (high0 ^ d ^ key1) >>> 0, low0];
    key0 = (key0 + 0x9e3779b9) >>> 0;
    key1 = (key1 + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
}

/** Upper and lower 32 bits of x × y; by halves of y, because a double holds 53 bits. */
function product(x: number, y: number): readonly [high: number, low: number] {
  const lower = x * (y & 0xffff);
  const upper = x * (y >>> 16) + Math.floor(lower / 0x10000);
  return [Math.floor(upper / 0x10000), Math.imul(x, y) >>> 0];
}
