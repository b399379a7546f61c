import type { ChildProcess } from 'node:child_process';
import type { Latencies } from './fan-client.js';
import type { Ask, Usage, Variant } from './fan-server.js';
import type { Subject } from './fan-things.js';
import { messageOf, startOn } from './processes.js';

export interface FanPlan {
  readonly subject: Subject;
  readonly subscribers: number;
  /** Events published at once. */
  readonly burst: number;
  /** Bursts that are measured, after as many as warm up. */
  readonly bursts: number;
}

export interface FanCosts {
  /** Microseconds of CPU per delivered object. */
  readonly user: number;
  readonly system: number;
  readonly deliveredPerSecond: number;
  readonly lost: number;
}

export interface IdleCosts {
  /** RSS of the server per subscriber, before anything was published. */
  readonly kilobytes: number;
  /** Microseconds of CPU per connection with its subscription. */
  readonly connecting: number;
  /** Heap that the server holds more after as many have come and left a second time. */
  readonly keptMegabytes: number;
}

export interface FanWorld {
  readonly port: number;
  readonly server: ChildProcess;
  readonly client: ChildProcess;
  usage(): Promise<Usage>;
  readonly before: Usage;
  readonly connected: Usage;
}

/** The other process's next message after being asked. */
export function ask<T>(child: ChildProcess, what: Ask | object): Promise<T> {
  const answer = messageOf<T>(child);
  child.send(what);
  return answer;
}

/** A server on core 0 and its subscribers on core 1, all of them subscribed. */
export async function withFan<T>(
  variant: Variant,
  subject: Subject,
  subscribers: number,
  use: (world: FanWorld) => Promise<T>,
  stalled = 0,
): Promise<T> {
  const server = startOn(0, 'fan-server', [variant, subject]);
  let client: ChildProcess | undefined;
  try {
    const { port } = await messageOf<{ port: number }>(server);
    const usage = () => ask<Usage>(server, { ask: 'usage' });
    const before = await usage();
    client = startOn(1, 'fan-client', [String(port), String(subscribers), subject, String(stalled)]);
    await messageOf(client);
    let connected = await usage();
    for (let tries = 0; connected.subscribers < subscribers && tries < 100; tries += 1) {
      await new Promise((resolve) => void setTimeout(resolve, 100));
      connected = await usage();
    }
    return await use({ port, server, client, usage, before, connected });
  } finally {
    client?.kill('SIGKILL');
    server.kill('SIGKILL');
  }
}

/** One measurement: connect, warm up, publish in a closed loop. */
export function measureFan(variant: Variant, plan: FanPlan): Promise<FanCosts> {
  const { subject, subscribers, burst, bursts } = plan;
  return withFan(variant, subject, subscribers, async ({ server, client, usage }) => {
    const delivered = subscribers * burst * bursts;
    const run = async (): Promise<{ milliseconds: number; lost: number }> => {
      let milliseconds = 0;
      let lost = 0;
      for (let index = 0; index < bursts; index += 1) {
        await ask(client, { ask: 'expect', target: subscribers * burst });
        const reached = messageOf(client);
        const started = performance.now();
        server.send({ ask: 'publish', count: burst } satisfies Ask);
        const isWhole = await Promise.race([reached.then(() => true), after(10_000)]);
        milliseconds += performance.now() - started;
        if (!isWhole) lost += subscribers * burst - (await ask<Latencies>(client, { ask: 'report' })).got;
      }
      return { milliseconds, lost };
    };
    await run();
    const begun = await usage();
    const { milliseconds, lost } = await run();
    const ended = await usage();
    return {
      user: (ended.user - begun.user) / delivered,
      system: (ended.system - begun.system) / delivered,
      deliveredPerSecond: (delivered / milliseconds) * 1000,
      lost,
    };
  });
}

/** One measurement: connect, then leave, and with our server once more, to see what stays. */
function measureIdle(variant: Variant, subscribers: number): Promise<IdleCosts> {
  return withFan(variant, 'pods', subscribers, async ({ port, client, usage, before, connected }) => {
    const leave = async (child: ChildProcess): Promise<number> => {
      child.kill('SIGKILL');
      for (let tries = 0; tries < 100 && (await usage()).subscribers > 0; tries += 1) await after(100);
      await after(500);
      return (await usage()).heapBytes;
    };
    let keptMegabytes = 0;
    if (variant === 'ours') {
      const once = await leave(client);
      const again = startOn(1, 'fan-client', [String(port), String(subscribers), 'pods']);
      await messageOf(again);
      keptMegabytes = ((await leave(again)) - once) / 1e6;
    }
    return {
      kilobytes: (connected.rssBytes - before.rssBytes) / subscribers / 1000,
      connecting: (connected.user + connected.system - before.user - before.system) / subscribers,
      keptMegabytes,
    };
  });
}

function after(milliseconds: number): Promise<false> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds, false).unref());
}

type Table<T> = Readonly<Record<Variant, readonly T[]>>;

/** All variants in turn, round after round. */
async function inTurn<T>(
  variants: readonly Variant[],
  count: number,
  measure: (variant: Variant) => Promise<T>,
): Promise<Table<T>> {
  const table: Record<Variant, T[]> = { ours: [], 'ours-empty': [], raw: [], corked: [], 'graphql-ws': [] };
  for (let round = 0; round < count; round += 1) {
    for (const variant of variants) table[variant].push(await measure(variant));
  }
  return table;
}

export function rounds(variants: readonly Variant[], count: number, plan: FanPlan): Promise<Table<FanCosts>> {
  return inTurn(variants, count, (variant) => measureFan(variant, plan));
}

export function idleRounds(
  variants: readonly Variant[],
  count: number,
  subscribers: number,
): Promise<Table<IdleCosts>> {
  return inTurn(variants, count, (variant) => measureIdle(variant, subscribers));
}

export const cpuOf = (all: readonly FanCosts[]): number[] => all.map(({ user, system }) => user + system);
