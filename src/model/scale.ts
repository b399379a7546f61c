import type { RangeParameter } from './parameter.js';

type Ends = Pick<RangeParameter, 'min' | 'max' | 'scale'>;

/**
 * What lies at `fraction` of the way from min to max, 0 ≤ fraction ≤ 1: on a LOG
 * scale min × (max / min)^fraction.
 *
 * Never outside min and max. Made of + - × ÷ alone, which IEEE 754 defines to the
 * last digit; Math.log and Math.exp are left to each engine (ECMA-262, 21.3.2).
 */
export function between({ min, max, scale }: Ends, fraction: number): number {
  if (fraction >= 1) return max;
  const value =
    scale === 'LOG' ? min * powerOfTwo(fraction * binaryLog(max / min)) : min * (1 - fraction) + max * fraction;
  return Math.min(max, Math.max(min, value));
}

/** base^exponent for a whole exponent ≥ 0; exact while the result is a whole number below 2^53. */
export function power(base: number, exponent: number): number {
  let result = 1;
  for (let [square, left] = [base, exponent]; left > 0; square *= square, left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square;
  }
  return result;
}

/** log2(x) for a finite x ≥ 1, to about 2^-52 of itself. */
export function binaryLog(x: number): number {
  let [mantissa, exponent] = [x, 0];
  for (; mantissa > Math.SQRT2; exponent += 1) mantissa /= 2;
  const ratio = (mantissa - 1) / (mantissa + 1);
  // ln(m) = 2 (r + r^3 / 3 + r^5 / 5 + …), |r| < 0.172: the 12th term is below 2^-60.
  let sum = 0;
  for (let odd = 23; odd > 0; odd -= 2) sum = sum * ratio * ratio + 1 / odd;
  return exponent + (2 * ratio * sum) / Math.LN2;
}

/** 2^x for 0 ≤ x < 1024, to about 2^-52 × (1 + x) of itself. */
function powerOfTwo(x: number): number {
  const whole = Math.floor(x);
  const rest = (x - whole) * Math.LN2;
  // e^r by its series, r < 0.694: the 18th term is below 2^-60.
  let sum = 1;
  for (let term = 18; term > 0; term -= 1) sum = 1 + (sum * rest) / term;
  return sum * power(2, whole);
}
