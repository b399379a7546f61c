import type { Experiment } from '../../src/model/experiment.js';
import { countsFor } from '../../src/model/transitions.js';

/** A queued experiment of 19 trials, changed where `changes` says. */
export function experimentOf(changes: Partial<Experiment> = {}): Experiment {
  return {
    id: 'e1',
    name: 'add numbers',
    description: '',
    tags: [],
    program: { fileId: 'f1', fileName: 'add.py', kind: 'AUTO' },
    parameters: [{ kind: 'integer', name: 'x', min: 1, max: 19, step: 1 }],
    sampling: 'GLADOS',
    constants: '',
    trialTimeoutSeconds: 3600,
    resultFile: 'results.csv',
    resultRow: 1,
    workers: 1,
    resources: {},
    phase: 'QUEUED',
    createdAt: '2026-11-25T09:00:00.000Z',
    counts: countsFor(19),
    nextIndex: 0,
    version: 1,
    ...changes,
  };
}
