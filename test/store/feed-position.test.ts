import { expect, it } from '@jest/globals';
import { Timestamp } from 'mongodb';
import { clusterTimeOf, FeedPositions } from '../../src/store/feed-position.js';

it('positions grow with the log, also among events of one time, and are the same for whoever counts', () => {
  const times = [
    [9, 255],
    [9, 256],
    [9, 256],
    [9, 256],
    [10, 1],
  ] as const;
  const positions = new FeedPositions();
  const all = times.map(([t, i]) => positions.next(new Timestamp({ t, i })));
  expect(all).toEqual([
    '00000009000000ff',
    '0000000900000100',
    '0000000900000100.000001',
    '0000000900000100.000002',
    '0000000a00000001',
  ]);
  expect([...all].sort()).toEqual(all);
  expect(all.map((position) => clusterTimeOf(position)).map((time) => [time?.t, time?.i])).toEqual(times);
});

it('what is no position has no time', () => {
  for (const text of ['', 'x', '00000009000000fg', '00000009000000ff.1', '00000009000000FF']) {
    expect(clusterTimeOf(text)).toBeUndefined();
  }
});
