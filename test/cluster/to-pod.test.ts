import { describe, expect, it } from '@jest/globals';
import { toJob } from '../../src/cluster/to-job.js';
import type { RawJob } from '../../src/cluster/to-job.js';
import { toPod } from '../../src/cluster/to-pod.js';
import type { RawPod } from '../../src/cluster/raw-pod.js';

const created = '2026-11-25T09:00:00Z';
const started = '2026-11-25T09:00:01Z';
const ended = '2026-11-25T09:01:00Z';

describe('a pod', () => {
  it('keeps what anybody looks at', () => {
    const raw = {
      metadata: {
        name: 'glados-x-2-abcde',
        namespace: 'runners',
        uid: 'pod-uid',
        creationTimestamp: created,
        labels: { 'glados.io/experiment': 'x', 'batch.kubernetes.io/job-completion-index': '2' },
        annotations: { 'batch.kubernetes.io/job-completion-index': '2' },
        ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'glados-x', uid: 'job-uid', controller: true }],
        managedFields: [{ manager: 'kubelet' }],
      },
      spec: {
        nodeName: 'node-1',
        initContainers: [{ name: 'fetch', image: 'fetch:1' }],
        containers: [{ name: 'runner', image: 'runner:1' }],
      },
      status: {
        phase: 'Failed',
        reason: 'DeadlineExceeded',
        message: 'too long',
        startTime: started,
        conditions: [
          { type: 'Ready', status: 'False', reason: 'PodFailed', lastProbeTime: null, lastTransitionTime: ended },
        ],
        initContainerStatuses: [
          { name: 'fetch', ready: true, state: { terminated: { exitCode: 0, reason: 'Completed' } } },
        ],
        containerStatuses: [
          {
            name: 'runner',
            image: 'docker.io/runner:1',
            ready: false,
            restartCount: 1,
            state: {
              terminated: {
                exitCode: 137,
                signal: 9,
                reason: 'Error',
                message: 'bye',
                startedAt: started,
                finishedAt: ended,
              },
            },
          },
        ],
      },
    };
    expect(toPod(raw as RawPod)).toEqual({
      id: 'pod-uid',
      name: 'glados-x-2-abcde',
      namespace: 'runners',
      experimentId: 'x',
      jobId: 'job-uid',
      completionIndex: 2,
      phase: 'FAILED',
      status: 'Error',
      nodeName: 'node-1',
      createdAt: created,
      startedAt: started,
      restarts: 1,
      reason: 'DeadlineExceeded',
      message: 'too long',
      conditions: [{ type: 'Ready', status: 'False', reason: 'PodFailed', at: ended }],
      containers: [
        {
          name: 'fetch',
          image: 'fetch:1',
          init: true,
          state: 'TERMINATED',
          ready: true,
          restarts: 0,
          reason: 'Completed',
          exitCode: 0,
        },
        {
          name: 'runner',
          image: 'runner:1',
          init: false,
          state: 'TERMINATED',
          ready: false,
          restarts: 1,
          reason: 'Error',
          message: 'bye',
          exitCode: 137,
          signal: 9,
          startedAt: started,
          finishedAt: ended,
        },
      ],
    });
  });

  it('that nobody has touched yet is pending, its containers waiting', () => {
    const pod = toPod({ metadata: { uid: 'u', name: 'n' }, spec: { containers: [{ name: 'c', image: 'i' }] } });
    expect(pod).toMatchObject({ phase: 'PENDING', status: 'Pending', restarts: 0 });
    expect(pod.containers).toEqual([
      { name: 'c', image: 'i', init: false, state: 'WAITING', ready: false, restarts: 0 },
    ]);
    expect(Object.keys(pod)).not.toContain('experimentId');
  });
});

describe('a Job', () => {
  it('keeps what anybody looks at', () => {
    const raw: RawJob = {
      metadata: {
        annotations: { 'glados.io/ended-trials': '7' },
        uid: 'job-uid',
        name: 'glados-x',
        namespace: 'runners',
        creationTimestamp: created,
        deletionTimestamp: ended,
        labels: { 'glados.io/experiment': 'x' },
      },
      spec: { parallelism: 4, completions: 4, suspend: true },
      status: { active: 2, succeeded: 1, failed: 3, ready: 1, startTime: started, completionTime: ended },
    };
    expect(toJob(raw)).toEqual({
      id: 'job-uid',
      name: 'glados-x',
      endedTrialsBefore: 7,
      retries: 0,
      namespace: 'runners',
      experimentId: 'x',
      createdAt: created,
      startedAt: started,
      finishedAt: ended,
      deletedAt: ended,
      active: 2,
      succeeded: 1,
      failed: 3,
      ready: 1,
      parallelism: 4,
      completions: 4,
      suspended: true,
      conditions: [],
    });
  });

  it('that failed has finished when its condition says so', () => {
    const condition = {
      type: 'Failed',
      status: 'True',
      reason: 'FailedIndexes',
      message: '',
      lastTransitionTime: ended,
    };
    const job = toJob({ status: { conditions: [{ type: 'FailureTarget', status: 'True' }, condition] } });
    expect(job.finishedAt).toBe(ended);
    expect(job.conditions[1]).toEqual({ type: 'Failed', status: 'True', reason: 'FailedIndexes', at: ended });
  });
});
