import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toEvent } from '../../../src/cluster/to-event.js';
import { toJob } from '../../../src/cluster/to-job.js';
import { toPod } from '../../../src/cluster/to-pod.js';
import { diagnose, diagnosePod } from '../../../src/model/diagnose/diagnose.js';
import type { Recording } from './recordings.js';
import { observed, recordings } from './recordings.js';

const anyRecording = fc.constantFrom(...recordings.map(([, recording]) => recording));

function inAnyOrder<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length });
}

/** The value without some of its fields, at any depth, and without some entries of its lists. */
function mutilated(value: unknown, drops: Iterator<boolean>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const isKept = (): boolean => drops.next().value !== true;
  if (Array.isArray(value)) return value.filter(isKept).map((one) => mutilated(one, drops));
  return Object.fromEntries(
    Object.entries(value)
      .filter(isKept)
      .map(([key, inner]) => [key, mutilated(inner, drops)]),
  );
}

describe('the diagnosis of what a real cluster showed', () => {
  it.each(recordings)('%s', (_file, recording) => {
    const { code, accept = [] } = recording.expected;
    const found = diagnose(observed(recording));
    expect([code, ...accept]).toContain(found?.code ?? null);
    if (!found) return;
    expect(found.message).toMatch(/^[A-Z0-9][^]{10,}\.$/);
    expect(found.hint ?? '').toMatch(/^[A-Z][^]{5,}\.$/);
    expect(Date.parse(found.since ?? recording.recordedAt)).toBeLessThanOrEqual(
      Date.parse(recording.recordedAt) + 1000,
    );
    expect(found.evidence.length).toBeGreaterThan(0);
    expect(found.evidence.length).toBeLessThanOrEqual(4);
  });
});

describe('any diagnosis', () => {
  it('is the same in whatever order pods and Events are told', () => {
    const shuffled = anyRecording
      .map(observed)
      .chain(({ pods, events, ...rest }) =>
        fc.record({ pods: inAnyOrder(pods), events: inAnyOrder(events), told: fc.constant({ pods, events, ...rest }) }),
      );
    fc.assert(
      fc.property(shuffled, ({ pods, events, told }) => {
        expect(diagnose({ ...told, pods, events })).toEqual(diagnose(told));
      }),
    );
  });

  it('comes without a throw from objects of which fields are missing', () => {
    fc.assert(
      fc.property(anyRecording, fc.infiniteStream(fc.integer({ min: 0, max: 19 })), (recording, numbers) => {
        const drops = numbers.map((number) => number === 0);
        const some = mutilated(recording, drops) as Partial<Recording>;
        const { job, pods = [], events = [] } = some;
        const trimmed = pods.map(toPod);
        const happened = events.map(toEvent);
        const now = Date.parse(recording.recordedAt);
        const found = diagnose({ job: job ? toJob(job) : undefined, pods: trimmed, events: happened, now });
        expect(found?.message ?? '').not.toMatch(/undefined|NaN|\[object/);
        for (const pod of trimmed) expect(diagnosePod(pod, happened, now)?.evidence ?? ['']).not.toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
