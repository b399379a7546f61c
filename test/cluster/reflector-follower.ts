import { startReflector } from '../../src/cluster/reflector.js';
import type { ReflectorNeeds } from '../../src/cluster/reflector.js';
import { defaultTiming } from '../../src/cluster/reflector-timing.js';
import type { ReflectorTiming } from '../../src/cluster/reflector-timing.js';
import type { Change } from '../../src/model/change.js';
import type { ApiServer } from './api-server.js';
import type { Follower, Report } from './fault-stage.js';

/** Our reflector as it is in production, but for the length of a second. */
export function followWithReflector(firstSync: NonNullable<ReflectorNeeds<string>['firstSync']>) {
  return (server: ApiServer, secondMs: number): Follower => {
    const held = new Map<string, string>();
    /** What the list says that is being told; undefined between lists. */
    let listed: Set<string> | undefined;
    let doubled = 0;
    const reports: Report[] = [];

    function take(change: Change<string>): void {
      if (change.type === 'reset') listed = new Set();
      else if (change.type === 'put') {
        if (listed ? listed.has(change.key) : held.get(change.key) === change.object) doubled += 1;
        listed?.add(change.key);
        held.set(change.key, change.object);
      } else if (change.type === 'gone') {
        if (!held.delete(change.key)) doubled += 1;
      } else {
        for (const key of held.keys()) if (!listed?.has(key)) held.delete(key);
        listed = undefined;
      }
    }

    const connection = server.connect();
    const reflector = startReflector<string>({
      connection,
      path: server.path,
      firstSync,
      decode: ({ metadata }) => ({ key: metadata?.uid ?? '', object: metadata?.resourceVersion ?? '' }),
      sink: take,
      onFreshness: ({ asOf, staleSince }) =>
        void reports.push({ at: Date.now(), asOf, isStale: staleSince !== undefined }),
      timing: timingOf(secondMs),
    });
    return {
      held: () => held,
      doubled: () => doubled,
      reports,
      saysWhenFresh: true,
      async [Symbol.asyncDispose]() {
        await reflector[Symbol.asyncDispose]();
        await connection[Symbol.asyncDispose]();
      },
    };
  };
}

function timingOf(secondMs: number): Partial<ReflectorTiming> {
  const { minMs, maxMs, bookmarkMs, slackMs, shortWatchMs } = defaultTiming;
  const inReality = (ms: number): number => (ms * secondMs) / 1000;
  return {
    minMs: inReality(minMs),
    maxMs: inReality(maxMs),
    bookmarkMs: inReality(bookmarkMs),
    slackMs: inReality(slackMs),
    shortWatchMs: inReality(shortWatchMs),
  };
}
