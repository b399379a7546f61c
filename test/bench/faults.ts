import { setTimeout as pause } from 'node:timers/promises';
import { situations } from '../cluster/fault-table.js';
import type { Situation } from '../cluster/fault-table.js';
import { runTrial } from '../cluster/fault-trial.js';
import type { TrialResult } from '../cluster/fault-trial.js';
import { followWithReflector } from '../cluster/reflector-follower.js';
import { followWithInformer } from './support/informer-follower.js';
import { printTable } from './support/table.js';

/**
 * The table of faults at its real speed: our reflector, by pages and by watch list,
 * and client-node's informer. All at once, as each trial has a server of its own and
 * mostly waits; about two minutes. Ours must have nothing said against it in any round.
 */
const rounds = 5;
const followers = [
  { name: 'ours, pages', isOurs: true, follow: followWithReflector('pages') },
  { name: 'ours, watch list', isOurs: true, follow: followWithReflector('watchList') },
  { name: 'client-node', isOurs: false, follow: followWithInformer },
];

/** Between the beginnings of two trials, so that they do not all list, and are measured, at the same moment. */
const apartMs = 120;

const trials = situations.flatMap((situation) => followers.map((follower) => ({ situation, follower })));
const rows = await Promise.all(
  trials.map(async ({ situation, follower }, index) => {
    const results = await Promise.all(
      Array.from({ length: rounds }, async (_, round) => {
        await pause((round * trials.length + index) * apartMs);
        return runTrial({ situation, follow: follower.follow, secondMs: 1000 });
      }),
    );
    const complaints = results.flatMap((result) => [...result.complaints, ...slowness(situation, result)]);
    if (follower.isOurs && complaints.length > 0) process.exitCode = 1;
    return [situation.name, follower.name, ...figures(results), counted(complaints)];
  }),
);
printTable(
  `faults: what became of each situation in ${rounds} rounds, and what is to be said against it`,
  ['situation', 'who', 'converged', 'after, s: median (min to max)', 'lost', 'twice', 'said stale', 'requests', ''],
  rows,
);

function figures(results: readonly TrialResult[]): string[] {
  const total = (of: (result: TrialResult) => number): number => results.reduce((sum, result) => sum + of(result), 0);
  const times = results.flatMap(({ convergedMs }) => (convergedMs === undefined ? [] : [convergedMs / 1000]));
  const sorted = times.toSorted((a, b) => a - b);
  const [median, least, most] = [sorted[sorted.length >> 1], sorted[0], sorted.at(-1)].map((time) => time?.toFixed(2));
  return [
    `${times.length} of ${rounds}`,
    times.length === 0 ? '' : `${median} (${least} to ${most})`,
    String(total(({ lost }) => lost)),
    String(total(({ doubled }) => doubled)),
    `${results.filter(({ saidStale }) => saidStale).length} of ${rounds}`,
    String(Math.round(total(({ requests }) => requests) / rounds)),
  ];
}

function slowness({ withinSeconds }: Situation, { convergedMs }: TrialResult): string[] {
  return convergedMs !== undefined && convergedMs > withinSeconds * 1000 ? [`took more than ${withinSeconds} s`] : [];
}

function counted(complaints: readonly string[]): string {
  return [...new Set(complaints)]
    .map((one) => `${one} (${complaints.filter((other) => other === one).length})`)
    .join('; ');
}
