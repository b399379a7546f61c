import { fieldsOf } from '../kinds/reading.js';
import { quantity } from '../node/quantity.js';

/** An amount of a resource, whole thousandths so that sums stay exact, and whether it is written in powers of 1024. */
export interface Amount {
  readonly thousandths: number;
  readonly binary: boolean;
}

/** Amounts by resource name, such as `requests.cpu`. */
export type Amounts = ReadonlyMap<string, Amount>;

export const amountOf = (text: unknown): Amount => ({
  thousandths: Math.round(quantity(text as string) * 1000),
  binary: typeof text === 'string' && text.endsWith('i'),
});

export const amountsOf = (quantities: unknown): Amounts =>
  new Map(Object.entries(fieldsOf(quantities)).map(([name, text]) => [name, amountOf(text)]));

/** The sum is written as its first part was. */
export function sumOf(all: readonly Amounts[]): Amounts {
  return joined(all, (a, b) => ({ thousandths: a.thousandths + b.thousandths, binary: a.binary }));
}

export function largestOf(all: readonly Amounts[]): Amounts {
  return joined(all, (a, b) => (b.thousandths > a.thousandths ? b : a));
}

function joined(all: readonly Amounts[], join: (a: Amount, b: Amount) => Amount): Amounts {
  const result = new Map<string, Amount>();
  for (const amounts of all) {
    for (const [name, amount] of amounts) {
      const before = result.get(name);
      result.set(name, before === undefined || before.thousandths === 0 ? amount : join(before, amount));
    }
  }
  return result;
}

const binaryUnits = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimalUnits = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/** In canonical form: the largest unit that leaves a whole number, as `32Mi`, `600m`, `2`. */
export function textOfAmount({ thousandths, binary }: Amount): string {
  if (thousandths === 0) return '0';
  if (thousandths % 1000 !== 0) return `${thousandths}m`;
  const step = binary ? 1024 : 1000;
  let value = thousandths / 1000;
  let unit = 0;
  while (value % step === 0 && unit < 6) {
    value /= step;
    unit += 1;
  }
  return `${value}${(binary ? binaryUnits : decimalUnits)[unit] ?? ''}`;
}

/** `cpu=1,pods=2`, in the order of names. */
export const listed = (amounts: Amounts, names: readonly string[]): string =>
  names
    .toSorted()
    .map((name) => `${name}=${textOfAmount(amounts.get(name) ?? { thousandths: 0, binary: false })}`)
    .join(',');
