import { countsFor } from '../../../src/model/transitions.js';
import type { Experiment } from '../../../src/model/experiment.js';
import type { Container, Pod } from '../../../src/model/pod.js';

/** What a bench of subscriptions is about: pods, or experiments under as many different filters as there are subscribers. */
export type Subject = 'pods' | 'experiments';

export const documents: Readonly<Record<Subject, string>> = {
  pods: `subscription P { podsChanged { reset synced cursor gone pods {
    id name namespace phase restarts nodeName status createdAt containers { name ready restarts state }
  } } }`,
  experiments: `subscription E($filter: ExperimentFilter) { experimentsChanged(filter: $filter) {
    reset synced cursor gone experiments { id name phase description createdAt tags workers }
  } }`,
};

const tags = Array.from({ length: 10 }, (_, index) => `t${index}`);

/** Variables of one subscriber: another non-empty choice of ten tags for each of the first 1,023. */
export function variablesOf(subject: Subject, index: number): object {
  if (subject === 'pods') return {};
  return { filter: { tags: tags.filter((_tag, bit) => ((index % 1023) + 1) & (1 << bit)) } };
}

/** How many objects there are; event i is about object i modulo this. */
export const objectCount = 10;

/** When it was made, for clients on the same machine: `ts:` and 20 digits of nanoseconds. */
const stamp = (): string => `ts:${String(process.hrtime.bigint()).padStart(20, '0')}`;

export function makePod(event: number): Pod {
  const index = event % objectCount;
  return {
    id: `7f9c24e8-3b12-4fef-91e0-5d1c0b7f${1000 + index}`,
    name: `trainer-resnet50-worker-${index}`,
    namespace: 'team-vision',
    phase: 'RUNNING',
    status: stamp(),
    nodeName: 'gpu-node-17.cluster.local',
    createdAt: '2026-11-25T09:00:00.000Z',
    restarts: event,
    conditions: [],
    containers: ['trainer', 'sidecar-logs'].map((name): Container => ({
      name,
      image: 'example.com/team/trainer:v1',
      init: false,
      state: 'RUNNING',
      ready: true,
      restarts: 0,
    })),
  };
}

export function makeExperiment(event: number): Experiment {
  const index = event % objectCount;
  return {
    id: `e${index}`,
    name: `resnet50-sweep-${index}`,
    description: stamp(),
    tags,
    program: { fileId: 'f1', fileName: 'add.py', kind: 'AUTO' },
    parameters: [],
    sampling: 'GLADOS',
    constants: '',
    trialTimeoutSeconds: 3600,
    resultFile: 'results.csv',
    resultRow: 1,
    workers: event,
    resources: {},
    phase: 'RUNNING',
    createdAt: '2026-11-25T09:00:00.000Z',
    counts: countsFor(1),
    nextIndex: 0,
    version: event,
  };
}

/** What our stream would say of one event, for servers that have no stream. */
export function messageOf(subject: Subject, event: number) {
  return {
    reset: false,
    synced: true,
    cursor: 'WyJyU2VQbmNfT0J3IixbWyJwb2RzIiwiYjk2YmRkMmQtYjFhMi00ZjI4LWIxZGQtMzM2YTUyNWUzZjNhIiwxMF1dXQ',
    freshness: { asOf: 1 },
    gone: [],
    changed: subject === 'pods' ? { pods: [makePod(event)] } : { experiments: [makeExperiment(event)] },
  };
}
