const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const quantity = /^\+?(\d+(?:\.\d*)?|\.\d+)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?$/;

/**
 * What a Kubernetes quantity that is not negative amounts to, in bytes or CPUs; NaN when it is none.
 *
 * Given 1500m returns 1.5; given 2Gi returns 2147483648; given 1e3 returns 1000.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function amountOf(text: string): number {
  const [, number, suffix = '', exponent = '0'] = quantity.exec(text) ?? [];
  return number === undefined ? Number.NaN : Number(number) * (factors[suffix] ?? 1) * 10 ** Number(exponent);
}
