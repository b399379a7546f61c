import { describe, expect, it } from '@jest/globals';
import type { TrialCounts } from '../../src/model/experiment.js';
import { progressOf } from '../../src/model/progress.js';
import { countsFor } from '../../src/model/transitions.js';

const startedAt = '2026-11-25T10:00:00.000Z';
const now = Date.parse('2026-11-25T10:10:00.000Z');
const counts = (total: number, changes: Partial<TrialCounts>): TrialCounts => ({ ...countsFor(total), ...changes });

describe('progress', () => {
  it('is nothing before the first claim', () => {
    expect(progressOf({ phase: 'QUEUED', counts: countsFor(10) }, now)).toEqual({ fraction: 0 });
  });

  it('has no pace before the first trial has ended', () => {
    const running = { phase: 'RUNNING', counts: counts(10, { waiting: 9, running: 1 }), startedAt } as const;
    expect(progressOf(running, now)).toEqual({ fraction: 0 });
  });

  it('foresees the end from the pace so far', () => {
    const running = {
      phase: 'RUNNING',
      counts: counts(40, { waiting: 30, succeeded: 9, failed: 1 }),
      startedAt,
    } as const;
    expect(progressOf(running, now)).toEqual({
      fraction: 0.25,
      trialsPerMinute: 1,
      estimatedFinishAt: '2026-11-25T10:40:00.000Z',
    });
  });

  it('keeps the pace and foresees nothing once finished', () => {
    const finishedAt = '2026-11-25T10:05:00.000Z';
    const done = {
      phase: 'SUCCEEDED',
      counts: counts(10, { waiting: 0, succeeded: 10 }),
      startedAt,
      finishedAt,
    } as const;
    expect(progressOf(done, now)).toEqual({ fraction: 1, trialsPerMinute: 2 });
  });

  it('does not take cancelled trials for fast ones', () => {
    const stopping = {
      phase: 'CANCELLING',
      counts: counts(10, { waiting: 0, succeeded: 5, cancelled: 5 }),
      startedAt,
    } as const;
    expect(progressOf(stopping, now)).toEqual({ fraction: 1, trialsPerMinute: 0.5 });
  });

  it('does not promise a date beyond the calendar, nor a pace when clocks disagree', () => {
    const endless = {
      phase: 'RUNNING',
      counts: counts(2 ** 53 - 1, { waiting: 2 ** 53 - 2, succeeded: 1 }),
      startedAt,
    } as const;
    expect(progressOf(endless, now).estimatedFinishAt).toBeUndefined();
    expect(progressOf(endless, Date.parse(startedAt) - 1)).toEqual({ fraction: 1 / (2 ** 53 - 1) });
  });
});
