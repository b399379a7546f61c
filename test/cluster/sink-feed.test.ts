import { describe, expect, it } from '@jest/globals';
import { ClusterError } from '../../src/cluster/cluster-error.js';
import { SinkFeed } from '../../src/cluster/sink-feed.js';
import type { Freshness } from '../../src/model/change.js';

const hourMs = 3_600_000;

/** A feed whose clock the test turns. */
function openFeed() {
  const told: Freshness[] = [];
  const clock = { now: 10 * hourMs };
  const feed = new SinkFeed<object>(
    { decode: (object) => ({ key: '', object }), sink: () => undefined, onFreshness: (one) => told.push(one) },
    () => clock.now,
  );
  return { told, clock, feed };
}

describe('the freshness of a source', () => {
  it('does not go back for an answer that was asked for earlier', () => {
    const { told, clock, feed } = openFeed();
    clock.now += 20;
    feed.fresh(clock.now);
    feed.fresh(clock.now - 10);
    expect(told.map(({ asOf }) => asOf)).toEqual([clock.now, clock.now]);
  });

  it('is not of the future when the clock is set back, nor later than when it became stale', () => {
    const { told, clock, feed } = openFeed();
    feed.fresh(clock.now);
    clock.now -= hourMs;
    feed.fresh(clock.now);
    clock.now += 1_000;
    feed.stale(new ClusterError('No answer.', { status: 0 }));
    expect(told.at(-1)).toEqual({ asOf: clock.now - 1_000, staleSince: clock.now, reason: 'No answer.' });
    clock.now += hourMs;
    feed.fresh(clock.now);
    expect(told.at(-1)).toEqual({ asOf: clock.now });
  });
});
