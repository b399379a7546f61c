import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Diagnosis } from '../../src/model/diagnosis.js';
import { DomainError } from '../../src/model/errors.js';
import type { Experiment, ExperimentPhase } from '../../src/model/experiment.js';
import { cancelled, countsFor, untouchedPhase } from '../../src/model/transitions.js';
import { refuseUnfinished } from '../../src/model/refuse-phase.js';
import { retried } from '../../src/model/retry.js';
import type { TrialPhase } from '../../src/model/trial.js';
import { archived, paused, renamed, resumed, unarchived } from '../../src/model/verbs.js';
import { root } from '../support/server-process.js';
import { experimentOf } from './experiments.js';

const now = '2026-11-25T10:00:00.000Z';
const verbs = {
  update: (experiment: Experiment) => renamed(experiment, { name: 'other' }),
  pause: paused,
  resume: (experiment: Experiment) => resumed(experiment, now),
  cancel: cancelled,
  retry: (experiment: Experiment) => retried(experiment, retriable(experiment), true),
  archive: (experiment: Experiment) => archived(experiment, now),
  unarchive: unarchived,
  delete: (experiment: Experiment) => {
    refuseUnfinished(experiment);
    return experiment;
  },
};

const times = (count: number, phase: TrialPhase) => Array.from({ length: count }, () => phase);

/** Phases of its trials that may run again, all of which were started. */
function retriable({ counts: { failed, timedOut, cancelled: stopped } }: Experiment): TrialPhase[] {
  return [...times(failed, 'FAILED'), ...times(timedOut, 'TIMED_OUT'), ...times(stopped, 'CANCELLED')];
}

/** An experiment of four trials in a phase that it can be in. */
function inPhase(phase: ExperimentPhase): Experiment {
  const counts = {
    QUEUED: countsFor(4),
    RUNNING: { ...countsFor(4), waiting: 1, running: 1, succeeded: 1, failed: 1 },
    PAUSED: { ...countsFor(4), waiting: 2, succeeded: 1, timedOut: 1 },
    CANCELLING: { ...countsFor(4), waiting: 0, cancelled: 3, succeeded: 1 },
    CANCELLED: { ...countsFor(4), waiting: 0, cancelled: 3, succeeded: 1 },
    SUCCEEDED: { ...countsFor(4), waiting: 0, succeeded: 4 },
    FAILED: { ...countsFor(4), waiting: 0, succeeded: 3, failed: 1 },
  }[phase];
  return experimentOf({
    phase,
    counts,
    nextIndex: phase === 'QUEUED' ? 0 : 4,
    ...(phase === 'QUEUED' ? {} : { startedAt: now }),
  });
}

/** The phase after a verb, or the code of the refusal. */
function outcome(verb: keyof typeof verbs, phase: ExperimentPhase): string | undefined {
  try {
    return verbs[verb](inPhase(phase)).phase;
  } catch (error) {
    if (error instanceof DomainError) return error.problems[0]?.code;
    throw error;
  }
}

/** Rows of the table in docs/verbs.md: what it says of a verb in each phase. */
function table(): { readonly verb: string; readonly cells: readonly (readonly [ExperimentPhase, string])[] }[] {
  const lines = readFileSync(join(root, 'docs/verbs.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'));
  const [head = [], , ...rows] = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return rows.map(([verb = '', ...cells]) => ({
    verb,
    cells: cells.map((cell, at) => [head[at + 1] as ExperimentPhase, cell] as const),
  }));
}

describe('a verb', () => {
  it.each(table())('$verb does in each phase what the table of docs/verbs.md says', ({ verb, cells }) => {
    expect(cells).toHaveLength(7);
    for (const [phase, cell] of cells) {
      const [first = ''] = cell.split(/[ :,]/);
      const isNamed = first === first.toUpperCase();
      expect([phase, outcome(verb as keyof typeof verbs, phase)]).toEqual([phase, isNamed ? first : phase]);
    }
  });

  it('is in the table', () => {
    expect(table().map(({ verb }) => verb)).toEqual(Object.keys(verbs));
  });

  it('that was said already changes nothing', () => {
    const still = inPhase('PAUSED');
    expect(paused(still)).toBe(still);
    const goes = inPhase('RUNNING');
    expect(resumed(goes, now)).toBe(goes);
    const put = archived(inPhase('FAILED'), now);
    expect(put.archivedAt).toBe(now);
    expect(archived(put, '2027-01-01T00:00:00.000Z')).toBe(put);
    expect(unarchived(put)).toEqual(inPhase('FAILED'));
  });
});

describe('a paused experiment', () => {
  it('keeps its counts, drops what it waited for, and its untouched trials wait', () => {
    const diagnosis: Diagnosis = { code: 'POD_LOST', message: 'gone', evidence: [] };
    const running = { ...inPhase('RUNNING'), diagnosis };
    const { diagnosis: gone, ...after } = paused(running);
    expect(gone).toBeUndefined();
    expect(after.counts).toBe(running.counts);
    expect(untouchedPhase(paused(running))).toBe('WAITING');
  });

  it('that nobody had claimed from is QUEUED again when it is resumed', () => {
    expect(resumed(paused(inPhase('QUEUED')), now)).toEqual(inPhase('QUEUED'));
  });
});
