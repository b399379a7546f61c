import type { SampledPoints } from './parameter.js';
import { philox } from './philox.js';
import { owenScrambled, sobolCoordinate } from './sobol.js';

/** What chance, or its even-handed stand-in, says of one parameter in one sample. Asked twice it says the same. */
export interface Draw {
  /** 0 ≤ fraction < 1. */
  fraction(): number;
  /** One of `count` positions, from 0; `count` is at most 2^60. */
  position(count: bigint): bigint;
}

/** The draw for parameter `dimension` of sample `sample`, both from 0: computed by itself, whatever was drawn before. */
export type Draws = (sample: number, dimension: number) => Draw;

export function drawsOf({ kind, seed }: SampledPoints): Draws {
  return kind === 'RANDOM' ? randomDraws(seed ?? 0) : sobolDraws(seed);
}

/** Every sample and dimension has a counter of Philox of its own, and the seed is the key. */
function randomDraws(seed: number): Draws {
  const key = halves(seed);
  return (sample, dimension) => {
    const bits = (attempt: number): readonly [number, number] => {
      const [high, low] = philox([...halves(sample), dimension, attempt], key);
      return [high, low];
    };
    return {
      fraction() {
        const [high, low] = bits(0);
        return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
      },
      /** Lemire, "Fast random integer generation in an interval", TOMACS 29(1), 2019: no position is more likely than another. */
      position(count) {
        const unfair = 2n ** 64n % count;
        for (let attempt = 0; ; attempt += 1) {
          const [high, low] = bits(attempt);
          const product = ((BigInt(high) << 32n) | BigInt(low)) * count;
          if (BigInt.asUintN(64, product) >= unfair) return product >> 64n;
        }
      },
    };
  };
}

/** The plain sequence without a seed. With one, each dimension is scrambled by a hash of the seed and its number. */
function sobolDraws(seed: number | undefined): Draws {
  return (sample, dimension) => {
    const plain = sobolCoordinate(dimension, sample);
    const coordinate = seed === undefined ? plain : owenScrambled(plain, philox([dimension, 0, 0, 0], halves(seed))[0]);
    return {
      fraction: () => coordinate / 2 ** 32,
      position: (count) => (BigInt(coordinate) * count) >> 32n,
    };
  };
}

/** A whole number up to 2^53 - 1 in two words of 32 bits, the lower first. */
function halves(x: number): readonly [number, number] {
  return [x >>> 0, Math.floor(x / 2 ** 32)];
}
