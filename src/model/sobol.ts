import { joeKuoRows } from './joe-kuo.js';

/** Dimensions of the sequence. */
export const sobolDimensions = joeKuoRows.length + 1;

/** Points of the sequence: every coordinate has 32 bits. */
export const sobolPoints = 2 ** 32;

/**
 * One coordinate of one point of the Sobol' sequence, in units of 2^-32.
 *
 * Points are numbered as Joe and Kuo's program numbers them, in Gray code order;
 * point 0 is the origin. Cost: one step for each bit of `index`.
 *
 * @param dimension 0 ≤ dimension < sobolDimensions
 * @param index 0 ≤ index < sobolPoints
 * @see Antonov and Saleev, "An economic method of computing LP-tau sequences", 1979, for the order.
 */
export function sobolCoordinate(dimension: number, index: number): number {
  const directions = directionsOf(dimension);
  let coordinate = 0;
  for (let bits = (index ^ (index >>> 1)) >>> 0, at = 0; bits !== 0; bits >>>= 1, at += 1) {
    if (bits & 1) coordinate ^= directions[at] ?? 0;
  }
  return coordinate >>> 0;
}

/**
 * A coordinate moved by a random nested permutation of its digits: Owen scrambling,
 * by hash. Points of one dimension have to share one `seed` of 32 bits; they stay
 * as evenly spread as they were.
 *
 * @see Burley, "Practical hash-based Owen scrambling", JCGT 9(4), 2020; the hash is Laine and Karras', 2011.
 */
export function owenScrambled(coordinate: number, seed: number): number {
  let x = (reversed(coordinate) + seed) >>> 0;
  for (const factor of [0x6c50b47c, 0xb82f1e52, 0xc7afe638, 0x8d22f6e6]) x ^= Math.imul(x, factor);
  return reversed(x >>> 0);
}

/** The 32 bits of `x` the other way round. */
function reversed(x: number): number {
  let bits = x;
  bits = ((bits >>> 1) & 0x55555555) | ((bits & 0x55555555) << 1);
  bits = ((bits >>> 2) & 0x33333333) | ((bits & 0x33333333) << 2);
  bits = ((bits >>> 4) & 0x0f0f0f0f) | ((bits & 0x0f0f0f0f) << 4);
  bits = ((bits >>> 8) & 0x00ff00ff) | ((bits & 0x00ff00ff) << 8);
  return ((bits >>> 16) | (bits << 16)) >>> 0;
}

/** Computed when a dimension is first asked for. */
const known = new Map<number, Uint32Array>();

function directionsOf(dimension: number): Uint32Array {
  let directions = known.get(dimension);
  if (!directions) known.set(dimension, (directions = computed(dimension)));
  return directions;
}

/** The direction number of each bit, by the recurrence of Joe and Kuo, "Notes on generating Sobol' sequences", 2008, (3). */
function computed(dimension: number): Uint32Array {
  const directions = new Uint32Array(32);
  if (dimension === 0) return directions.map((_, at) => 1 << (31 - at));
  const [a = 0, ...m] = joeKuoRows[dimension - 1] ?? [];
  const degree = m.length;
  for (let at = 0; at < 32; at += 1) {
    let direction = (m[at] ?? 0) << (31 - at);
    if (at >= degree) {
      const oldest = directions[at - degree] ?? 0;
      direction = oldest ^ (oldest >>> degree);
      for (let back = 1; back < degree; back += 1) {
        if ((a >>> (degree - 1 - back)) & 1) direction ^= directions[at - back] ?? 0;
      }
    }
    directions[at] = direction;
  }
  return directions;
}
