import { startGraphqlWs, startRaw } from './fan-peers.js';
import { filled, startProduct } from './fan-product.js';
import type { Fan } from './fan-product.js';
import type { Subject } from './fan-things.js';

/** `ours-empty` has no pods: its snapshots hold as little as peers send. */
export type Variant = 'ours' | 'ours-empty' | 'raw' | 'corked' | 'graphql-ws';

export type Ask =
  | { readonly ask: 'publish'; readonly count: number }
  /** Publishes `count` events, one every `everyMs`. */
  | { readonly ask: 'pace'; readonly count: number; readonly everyMs: number; readonly burst: number }
  | { readonly ask: 'usage' };

export interface Usage {
  /** Microseconds of CPU since the start. */
  readonly user: number;
  readonly system: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly subscribers: number;
  readonly slowReaders: number;
}

const [, , variant, subject] = process.argv as unknown as [string, string, Variant, Subject];
const fan = await start();
let events = 1_000;

function start(): Promise<Fan> {
  if (variant === 'ours') return startProduct(subject);
  if (variant === 'ours-empty') return startProduct(subject, filled());
  return variant === 'graphql-ws' ? startGraphqlWs(subject) : startRaw(subject, variant === 'corked');
}

function publish(count: number): void {
  for (let index = 0; index < count; index += 1) fan.publish((events += 1));
}

function usage(): Usage {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    user,
    system,
    rssBytes: rss,
    heapBytes: heapUsed,
    subscribers: fan.subscribers(),
    slowReaders: fan.slowReaders?.() ?? 0,
  };
}

process.on('message', (asked: Ask) => {
  if (asked.ask === 'publish') publish(asked.count);
  else if (asked.ask === 'usage') process.send?.(usage());
  else {
    let left = asked.count;
    const timer = setInterval(() => {
      publish(asked.burst);
      left -= 1;
      if (left > 0) return;
      clearInterval(timer);
      process.send?.({ paced: true });
    }, asked.everyMs);
  }
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port: fan.port });
