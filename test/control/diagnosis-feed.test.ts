import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { feedDiagnoses, type DiagnosisFeed } from '../../src/control/diagnosis-feed.js';
import type { KubernetesEvent } from '../../src/model/event.js';
import type { Job } from '../../src/model/job.js';
import type { Pod } from '../../src/model/pod.js';
import { createLiveStore, type LiveStore } from '../../src/stream/live-store.js';
import { until } from '../support/until.js';

const createdAt = '2026-11-25T10:00:00Z';
const job: Job = {
  id: 'j',
  name: 'glados-e',
  namespace: 'n',
  experimentId: 'e',
  endedTrialsBefore: 0,
  retries: 0,
  createdAt,
  startedAt: createdAt,
  active: 1,
  succeeded: 0,
  failed: 0,
  ready: 0,
  parallelism: 1,
  completions: 1,
  suspended: false,
  conditions: [],
};
const pod: Pod = {
  id: 'p',
  name: 'glados-e-0-abcde',
  namespace: 'n',
  experimentId: 'e',
  jobId: 'j',
  completionIndex: 0,
  phase: 'PENDING',
  status: 'ContainerCreating',
  nodeName: 'local',
  createdAt,
  startedAt: createdAt,
  restarts: 0,
  conditions: [{ type: 'PodScheduled', status: 'True', at: createdAt }],
  containers: [
    {
      name: 'runner',
      image: 'no/such:1',
      init: false,
      state: 'WAITING',
      ready: false,
      restarts: 0,
      reason: 'ContainerCreating',
    },
  ],
};
const pulling: Pod = {
  ...pod,
  status: 'ImagePullBackOff',
  containers: pod.containers.map((one) => ({
    ...one,
    reason: 'ImagePullBackOff',
    message: 'Back-off pulling image "no/such:1"',
  })),
};

let jobs: LiveStore<Job>;
let pods: LiveStore<Pod>;
let events: LiveStore<KubernetesEvent>;
let feed: DiagnosisFeed;
let now = Date.parse(createdAt) + 1000;

beforeEach(() => {
  jobs = createLiveStore<Job>();
  pods = createLiveStore<Pod>();
  events = createLiveStore<KubernetesEvent>();
  feed = feedDiagnoses({ jobs, pods, events, now: () => now, tickMs: 5 });
  for (const store of [jobs, pods, events]) store.apply({ type: 'synced' });
});
afterEach(() => {
  feed[Symbol.dispose]();
  now = Date.parse(createdAt) + 1000;
});

describe('the diagnosis feed', () => {
  it('passes on what is healthy as it is, and what is gone', async () => {
    jobs.apply({ type: 'put', key: 'j', object: job });
    pods.apply({ type: 'put', key: 'p', object: pod });
    expect(await until(feed.jobs, (one) => one.id === 'j')).toEqual(job);
    expect(feed.pods.get('p')).toEqual(pod);
    pods.apply({ type: 'gone', key: 'p' });
    jobs.apply({ type: 'gone', key: 'j' });
    expect([feed.pods.size, feed.jobs.size]).toEqual([0, 0]);
    expect([feed.pods.synced, feed.jobs.synced]).toEqual([true, true]);
  });

  it('says of a pod and of its Job why the pod waits, and takes it back when it runs', async () => {
    jobs.apply({ type: 'put', key: 'j', object: job });
    pods.apply({ type: 'put', key: 'p', object: pulling });
    expect(feed.pods.get('p')?.diagnosis).toMatchObject({ code: 'IMAGE_PULL' });
    await until(feed.jobs, (one) => one.diagnosis?.code === 'IMAGE_PULL');
    const running = pod.containers.map(({ reason: _reason, ...one }) => ({
      ...one,
      state: 'RUNNING' as const,
      ready: true,
    }));
    pods.apply({ type: 'put', key: 'p', object: { ...pod, phase: 'RUNNING', status: 'Running', containers: running } });
    await until(feed.jobs, (one) => one.diagnosis === undefined);
    expect(feed.pods.get('p')?.diagnosis).toBeUndefined();
  });

  it('adds what an Event says of a Job that has no pod', async () => {
    jobs.apply({ type: 'put', key: 'j', object: { ...job, active: 0 } });
    const message =
      'Error creating: pods "glados-e-0-x" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1';
    const event: KubernetesEvent = {
      id: 'v',
      type: 'Warning',
      reason: 'FailedCreate',
      message,
      count: 3,
      firstAt: createdAt,
      lastAt: createdAt,
      about: { kind: 'Job', name: 'glados-e', uid: 'j' },
    };
    events.apply({ type: 'put', key: 'v', object: event });
    await until(feed.jobs, (one) => one.diagnosis?.code === 'QUOTA_EXCEEDED');
  });

  it('looks again as time passes', async () => {
    pods.apply({ type: 'put', key: 'p', object: pod });
    expect(feed.pods.get('p')?.diagnosis).toBeUndefined();
    now += 600_000;
    await until(feed.pods, (one) => one.diagnosis?.code === 'CONTAINER_CREATING');
  });
});
