import { describe, expect, it } from '@jest/globals';
import { printedJob } from '../../src/cluster/job-status.js';
import { printedPod } from '../../src/cluster/pod-status.js';
import { newestTime, recordedIn } from '../../src/cluster/recorded.js';
import { toEvent } from '../../src/cluster/to-event.js';
import { recording, recordings } from '../model/diagnose/recordings.js';

/** The rows under the header; none when kubectl found nothing. */
function rows(printed: string): string[][] {
  return printed.startsWith('NAME ')
    ? printed
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
    : [];
}

function ofKind(kind: string, items: readonly object[]): object[] {
  return items.map((item) => ({ ...item, kind }));
}

/** The objects of one recording, as the items of a List. */
function itemsOf(start: string): object[] {
  const { job, pods, events } = recording(start);
  return [...ofKind('Job', job ? [job] : []), ...ofKind('Pod', pods), ...ofKind('Event', events)];
}

describe('what kubectl printed of a real cluster', () => {
  it.each(recordings)('is printed of the same objects: %s', (_file, { job, pods, kubectl }) => {
    const ours = pods.map((pod) => [pod.metadata?.name, printedPod(pod).status, String(printedPod(pod).restarts)]);
    const theirs = rows(kubectl.pods).map(([name, , status, restarts]) => [name, status, restarts]);
    expect(ours.toSorted()).toEqual(theirs.toSorted());
    expect(job ? [[job.metadata?.name, printedJob(job)]] : []).toEqual(rows(kubectl.job).map((row) => row.slice(0, 2)));
  });
});

describe('the status of a Job', () => {
  it.each([
    ['Running', undefined, []],
    ['Terminating', '2026-01-01T00:00:00Z', ['Suspended', 'FailureTarget']],
    ['Complete', '2026-01-01T00:00:00Z', ['SuccessCriteriaMet', 'Complete']],
    ['Failed', undefined, ['FailureTarget', 'Failed']],
    ['FailureTarget', undefined, ['FailureTarget']],
    ['SuccessCriteriaMet', undefined, ['SuccessCriteriaMet']],
    ['Suspended', undefined, ['Suspended']],
  ])('is %s', (printed, deletionTimestamp, types) => {
    const conditions = types.map((type) => ({ type, status: 'True' }));
    const metadata = deletionTimestamp === undefined ? {} : { deletionTimestamp };
    expect(printedJob({ metadata, status: { conditions } })).toBe(printed);
  });
});

describe('an Event', () => {
  it('of the scheduler has its time in eventTime, and happened once', () => {
    const raw = recording('013').events.find(({ reason }) => reason === 'FailedScheduling');
    expect(toEvent(raw ?? {})).toMatchObject({
      type: 'Warning',
      count: 1,
      firstAt: '2026-11-23T11:49:22.175036Z',
      lastAt: '2026-11-23T11:49:22.175036Z',
      about: { kind: 'Pod', name: 'exp-013-0-btztq' },
    });
  });

  it('that repeats counts in its series', () => {
    const series = { count: 7, lastObservedTime: '2026-11-23T12:00:00Z' };
    const event = toEvent({ eventTime: '2026-11-23T11:00:00Z', count: null, series, reason: 'FailedScheduling' });
    expect(event).toMatchObject({ count: 7, firstAt: '2026-11-23T11:00:00Z', lastAt: '2026-11-23T12:00:00Z' });
  });
});

describe('a List that kubectl printed', () => {
  it('holds one answer per Job, with its pods and Events', () => {
    const groups = recordedIn({ kind: 'List', items: [...itemsOf('004'), ...itemsOf('035'), ...itemsOf('143')] });
    expect(groups.map(({ job, pods }) => [job?.metadata?.name, pods.length])).toEqual([
      ['exp-004', 3],
      ['exp-035', 1],
      [undefined, 2],
    ]);
    const about = groups.map(({ events }) => events.filter(({ reason }) => reason === 'FailedCreate').length);
    expect(about).toEqual([0, 5, 0]);
  });

  it('holds pods that never had a Job one by one', () => {
    const pods = recording('004').pods.map((pod) => ({ kind: 'Pod', metadata: { name: pod.metadata?.name } }));
    expect(recordedIn({ items: pods })).toHaveLength(3);
    expect(recordedIn({ items: [] })).toEqual([]);
  });

  it.each([
    [5, 'it holds no JSON object'],
    [{ a: 1 }, 'it has neither "items"'],
    [{ items: {} }, 'it has neither "items"'],
    [{ job: 5 }, '"job" has to be an object or null'],
    [{ job: null, pods: [{}, 7] }, 'pods[1] is no object'],
    [{ job: null, events: 'x' }, '"events" has to be a list'],
  ])('is refused when it is none: %j', (value, message) => {
    expect(() => recordedIn(value)).toThrow(message);
  });

  it('was written down at its newest time, that of a deletion to come aside', () => {
    const value = { a: [{ at: '2026-11-23T11:00:00Z' }], deletionTimestamp: '2026-11-23T12:00:00Z', b: 'x' };
    expect(newestTime(value)).toBe(Date.parse('2026-11-23T11:00:00Z'));
  });
});
