import type { FanCosts } from './fan.js';
import type { Finding } from './table.js';

/** What the ratios of a fan-out bench are made of, by server; what our own lost is a bar. */
export function figures(all: Readonly<Record<string, readonly FanCosts[]>>): Finding[] {
  return Object.entries(all).flatMap(([name, costs]): Finding[] => [
    { what: `${name}: lost`, values: costs.map(({ lost }) => lost), ...(name === 'ours' && { atMost: 0 }), unit: '' },
    { what: `${name}: user`, values: costs.map(({ user }) => user), unit: 'us' },
    { what: `${name}: system`, values: costs.map(({ system }) => system), unit: 'us' },
    { what: `${name}: delivered`, values: costs.map((cost) => cost.deliveredPerSecond / 1000), unit: 'thousand/s' },
  ]);
}
