import type { ExperimentTreeChange } from '../../src/client/client.js';
import type { Experiment, Job, Pod, Trial } from '../../src/client/tree-store.js';

export function experiment(more: Partial<Experiment> = {}): Experiment {
  return {
    id: 'e1',
    name: 'add-numbers',
    description: '',
    tags: [],
    phase: 'RUNNING',
    diagnosis: null,
    createdAt: '2026-11-25T09:11:50.000Z',
    startedAt: '2026-11-25T09:11:55.000Z',
    finishedAt: null,
    archivedAt: null,
    workers: 2,
    counts: { total: 4, waiting: 1, running: 1, succeeded: 1, failed: 1, timedOut: 0, cancelled: 0 },
    progress: { fraction: 0.5, estimatedFinishAt: '2026-11-25T09:12:15.000Z', trialsPerMinute: 12 },
    downloads: { resultsCsv: '/files/e1/results.csv' },
    ...more,
  };
}

export function job(more: Partial<Job> = {}): Job {
  return {
    id: 'j1',
    name: 'glados-e1',
    namespace: 'default',
    experimentId: 'e1',
    createdAt: '2026-11-25T09:11:51.000Z',
    startedAt: '2026-11-25T09:11:51.000Z',
    finishedAt: null,
    active: 2,
    succeeded: 0,
    failed: 0,
    ready: 2,
    parallelism: 2,
    completions: 2,
    suspended: false,
    conditions: [],
    diagnosis: null,
    ...more,
  };
}

export function pod(id: string, more: Partial<Pod> = {}): Pod {
  return {
    id,
    name: `glados-e1-${id}`,
    namespace: 'default',
    experimentId: 'e1',
    jobId: 'j1',
    completionIndex: null,
    phase: 'RUNNING',
    status: 'Running',
    nodeName: 'node-a',
    createdAt: '2026-11-25T09:11:52.000Z',
    startedAt: '2026-11-25T09:11:53.000Z',
    deletedAt: null,
    restarts: 0,
    conditions: [],
    diagnosis: null,
    containers: [],
    ...more,
  };
}

export function trial(index: number, more: Partial<Trial> = {}): Trial {
  return {
    id: `e1-${index}`,
    index,
    attempt: 1,
    phase: 'RUNNING',
    assignment: [{ name: 'x', value: String(index + 1), number: index + 1 }],
    result: [],
    exitCode: null,
    signal: null,
    diagnosis: null,
    startedAt: '2026-11-25T09:11:55.000Z',
    finishedAt: null,
    durationSeconds: null,
    podId: 'p',
    ...more,
  };
}

export function treeChange(more: Partial<ExperimentTreeChange>): ExperimentTreeChange {
  return {
    reset: false,
    synced: true,
    cursor: 'c',
    freshness: { asOf: '2026-11-25T09:11:55.000Z', staleSince: null, reason: null },
    experiment: null,
    jobs: [],
    pods: [],
    trials: [],
    gone: [],
    ...more,
  };
}
