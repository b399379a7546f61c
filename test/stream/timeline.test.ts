import { describe, expect, it } from '@jest/globals';
import { section, Timeline, type Replay, type TimelineNeeds } from '../../src/stream/timeline.js';

/** A timeline that has listed at `05`, and what it asked its source. */
function opened(answer: Replay | 'expired' | 'unknown' = 'unknown', more: Partial<TimelineNeeds> = {}) {
  const asked: (readonly [from: string, through: string])[] = [];
  const timeline = new Timeline({
    origin: 'here',
    async replay(from, through) {
      asked.push([from, through]);
      return answer;
    },
    ...more,
  });
  timeline.restart('05');
  return { timeline, asked };
}

const keysOf = (timeline: Pick<Timeline, 'since'>, from: string, to = from): string[] | undefined =>
  timeline.since(from, to)?.map(({ key }) => key);

describe('a timeline', () => {
  it('tells what was touched after a position, and nothing of what was before it began', () => {
    const { timeline } = opened();
    for (const position of ['06', '07', '08']) timeline.touch({ position, key: `at ${position}` });
    expect(keysOf(timeline, '06')).toEqual(['at 07', 'at 08']);
    expect(keysOf(timeline, '08')).toEqual([]);
    expect(keysOf(timeline, '05')).toEqual(['at 06', 'at 07', 'at 08']);
    expect(keysOf(timeline, '04')).toBeUndefined();
  });

  it('says nothing to who has seen what has not come here yet', () => {
    const { timeline } = opened();
    expect(keysOf(timeline, '05', '06')).toBeUndefined();
    timeline.pass('06');
    expect(keysOf(timeline, '05', '06')).toEqual([]);
    expect(timeline.position).toBe('05');
  });

  it('forgets the oldest touches beyond its limit, and says so', () => {
    const { timeline } = opened('unknown', { limit: 2 });
    for (const position of ['06', '07', '08', '09', '10']) timeline.touch({ position, key: position });
    expect(keysOf(timeline, '06')).toBeUndefined();
    expect(keysOf(timeline, '07')).toEqual(['08', '09', '10']);
  });

  it('knows nothing from before a new list, and is another one when its source was set back', () => {
    const { timeline } = opened();
    timeline.touch({ position: '08', key: 'a' });
    timeline.restart('09');
    expect([keysOf(timeline, '08'), keysOf(timeline, '09'), timeline.origin]).toEqual([undefined, [], 'here']);
    timeline.restart('02');
    expect(timeline.origin).not.toBe('here');
    timeline.restart('03', 'there');
    expect(timeline.origin).toBe('there');
  });

  it('asks its source once for all who come back together, from the oldest of them', async () => {
    const touches = ['02', '03', '05'].map((position) => ({ position, key: position }));
    const { timeline, asked } = opened({ touches, through: '05' });
    timeline.touch({ position: '06', key: '06' });
    await Promise.all(['03', '01', '02'].map((from) => timeline.reach(from, '05')));
    expect(asked).toEqual([['01', '05']]);
    expect(keysOf(timeline, '01')).toEqual(['02', '03', '05', '06']);
    await timeline.reach('01', '06');
    expect(asked).toHaveLength(1);
  });

  it('asks no more for what its source has forgotten, and still for what came later', async () => {
    const asked: string[] = [];
    const { timeline } = opened('unknown', {
      async replay(from) {
        asked.push(from);
        return from < '03' ? 'expired' : { touches: [], through: '05' };
      },
    });
    await Promise.all(['01', '03', '04'].map((from) => timeline.reach(from, '05')));
    expect(keysOf(timeline, '01')).toBeUndefined();
    expect(keysOf(timeline, '04')).toEqual([]);
    const before = asked.length;
    await timeline.reach('01', '05');
    expect(asked).toHaveLength(before);
  });

  it('lets nobody who asks for what never was keep the others from coming back', async () => {
    const { timeline } = opened('unknown', {
      replay: async (from, through) => (from === '03' && through === '05' ? { touches: [], through } : 'unknown'),
    });
    await Promise.all(
      [
        ['03', '05'],
        ['', '05'],
        ['05', '99'],
      ].map(([from = '', to = '']) => timeline.reach(from, to)),
    );
    expect(keysOf(timeline, '03', '05')).toEqual([]);
  });

  it('takes nothing from a source that cannot say, or says too much', async () => {
    const many = Array.from({ length: 9 }, (_, index) => ({ position: `04.${index}`, key: 'x' }));
    for (const answer of ['unknown' as const, { touches: many, through: '05' }]) {
      const { timeline } = opened(answer, { limit: 8 });
      await timeline.reach('04', '05');
      expect(keysOf(timeline, '04')).toBeUndefined();
    }
  });

  it('goes on when asking fails', async () => {
    const errors: unknown[] = [];
    const { timeline } = opened('unknown', {
      replay: () => Promise.reject(new Error('down')),
      onError: (error) => errors.push(error),
    });
    await timeline.reach('04', '05');
    expect(String(errors[0])).toBe('Error: down');
    expect(keysOf(timeline, '04')).toBeUndefined();
  });

  it('waits for what the source is known to have, where another process has seen it first', async () => {
    const { timeline } = opened({ touches: [{ position: '07', key: 'a' }], through: '08' });
    const reached = timeline.reach('05', '07');
    setTimeout(() => timeline.touch({ position: '07', key: 'a' }), 40);
    await reached;
    expect(keysOf(timeline, '05', '08')).toEqual(['a']);
  });

  it('does not wait for ever', async () => {
    const { timeline } = opened({ touches: [{ position: '07', key: 'a' }], through: '08' }, { patienceMs: 5 });
    await timeline.reach('05', '07');
    expect(keysOf(timeline, '05', '07')).toBeUndefined();
  });
});

it('a section of a timeline tells of its own keys, by what follows their prefix', () => {
  const { timeline } = opened();
  timeline.touch({ position: '06', key: 'trials/x/1' });
  timeline.touch({ position: '07', key: 'experiments/x' });
  expect(keysOf(section(timeline, 'trials/x/'), '05')).toEqual(['1']);
  expect(section(timeline, 'trials/').position).toBe('07');
});
