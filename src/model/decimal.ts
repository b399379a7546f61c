/** A decimal fraction, exact: `units` × 10^-`decimals`. */
export interface Decimal {
  readonly units: bigint;
  readonly decimals: number;
}

/**
 * The shortest decimal fraction that reads back as `x`: the digits a person would write.
 *
 * Given 0.25 returns 25 units of 2 decimals, given 1e-5 returns 1 unit of 5 decimals,
 * given 1e21 returns 10^21 units of 0 decimals. `x` must be finite.
 */
export function decimalOf(x: number): Decimal {
  const [mantissa = '0', exponent = '0'] = String(x).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const units = BigInt(whole + fraction);
  const decimals = fraction.length - Number(exponent);
  return decimals < 0 ? { units: units * 10n ** BigInt(-decimals), decimals: 0 } : { units, decimals };
}

/** `decimal` counted in units of 10^-`decimals`, which must not be coarser than its own. */
export function unitsAt(decimal: Decimal, decimals: number): bigint {
  return decimal.units * 10n ** BigInt(decimals - decimal.decimals);
}

/** The double nearest to `units` × 10^-`decimals`; reading decimal text rounds correctly, dividing doubles does not. */
export function numberOf(units: bigint, decimals: number): number {
  return Number(`${units}e-${decimals}`);
}
