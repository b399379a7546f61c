import { describe, expect, it } from '@jest/globals';
import { diagnose } from '../../../src/model/diagnose/diagnose.js';
import type { KubernetesEvent } from '../../../src/model/event.js';
import type { Condition, Job } from '../../../src/model/job.js';
import type { Container, Pod, Termination } from '../../../src/model/pod.js';

const now = Date.parse('2026-11-25T10:10:00Z');
const at = (minute: number): string => `2026-11-25T10:0${minute}:00Z`;

function job(more: Partial<Job> = {}): Job {
  return {
    id: 'job',
    name: 'exp',
    namespace: 'runners',
    endedTrialsBefore: 0,
    retries: 0,
    createdAt: at(0),
    startedAt: at(0),
    active: 1,
    succeeded: 0,
    failed: 0,
    ready: 0,
    parallelism: 1,
    completions: 1,
    suspended: false,
    conditions: [],
    ...more,
  };
}

function failed(reason: string, more: Partial<Job> = {}): Job {
  return job({ active: 0, conditions: [{ type: 'Failed', status: 'True', reason, at: at(9) }], ...more });
}

function container(more: Partial<Container> = {}): Container {
  return { name: 'main', image: 'i', init: false, state: 'RUNNING', ready: true, restarts: 0, ...more };
}

function ended(exitCode: number, reason = 'Error'): Container {
  return container({ state: 'TERMINATED', ready: false, exitCode, reason, finishedAt: at(5) });
}

let made = 0;
function pod(more: Partial<Pod> = {}): Pod {
  made += 1;
  return {
    id: `pod-${made}`,
    name: `exp-${made}`,
    namespace: 'runners',
    jobId: 'job',
    jobName: 'exp',
    completionIndex: 0,
    phase: 'RUNNING',
    status: 'Running',
    nodeName: 'n',
    createdAt: at(1),
    startedAt: at(1),
    restarts: 0,
    conditions: [],
    containers: [container()],
    ...more,
  };
}

const failedPod = (exitCode: number, more: Partial<Pod> = {}, reason?: string): Pod =>
  pod({ phase: 'FAILED', containers: [ended(exitCode, reason)], ...more });

function unschedulable(message: string, more: Partial<Pod> = {}): Pod {
  const condition: Condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
  const { nodeName: _node, startedAt: _start, ...waiting } = pod({ phase: 'PENDING', containers: [], ...more });
  return { ...waiting, conditions: [condition] };
}

/** A pod that was started again in place and now goes with its Job. */
function looped(restarts: number, last: Termination): Pod {
  const containers = [container({ restarts, last })];
  return pod({ restartPolicy: 'OnFailure', restarts, deletedAt: at(9), containers });
}

function code(of: Job | undefined, pods: readonly Pod[], events: readonly KubernetesEvent[] = []): string | undefined {
  return diagnose({ job: of, pods, events, now })?.code;
}

describe('a Job of many pods', () => {
  it('is told of with the figures of those that wait', () => {
    const message =
      '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. preemption: none.';
    const waiting = Array.from({ length: 37 }, (_, index) =>
      unschedulable(message, { completionIndex: 83 + index, requests: { cpus: 4 } }),
    );
    const running = Array.from({ length: 83 }, (_, index) => pod({ completionIndex: index }));
    const found = diagnose({
      job: job({ parallelism: 120, active: 120 }),
      pods: [...running, ...waiting],
      events: [],
      now,
    });
    expect(found).toMatchObject({
      code: 'UNSCHEDULABLE_CPU',
      message: '37 of 120 pods wait: 0 of 3 nodes have 4 free CPUs.',
    });
    expect(found?.evidence).toHaveLength(3);
  });

  it('tells what has to be mended before what time may mend', () => {
    const image = container({ state: 'WAITING', reason: 'ImagePullBackOff', ready: false });
    const pods = [
      unschedulable('0/1 nodes are available: 1 Insufficient memory.', { completionIndex: 1 }),
      pod({ phase: 'PENDING', containers: [image] }),
    ];
    expect(code(job({ parallelism: 2 }), pods)).toBe('IMAGE_PULL');
  });
});

describe('attempts', () => {
  it('that failed are history when another runs in their place', () => {
    const first = failedPod(1);
    expect(code(job(), [first])).toBe('PROGRAM_EXIT');
    expect(code(job(), [first, pod({ createdAt: at(6) })])).toBeUndefined();
  });

  it('that failed in an index that succeeded later do not count in the end', () => {
    const pods = [
      failedPod(137, {}, 'OOMKilled'),
      pod({ phase: 'SUCCEEDED', createdAt: at(6) }),
      failedPod(1, { completionIndex: 1 }),
      failedPod(1, { completionIndex: 1, createdAt: at(6) }),
    ];
    const found = diagnose({ job: failed('BackoffLimitExceeded', { failed: 3 }), pods, events: [], now });
    expect(found).toMatchObject({ code: 'BACKOFF_EXHAUSTED' });
    expect(found?.message).not.toContain('memory');
  });

  it('with one and the same cause tell it, with different ones the Job does', () => {
    const of = failed('BackoffLimitExceeded', { failed: 2, backoffLimit: 1 });
    const memory = failedPod(137, { completionIndex: 1 }, 'OOMKilled');
    expect(code(of, [memory, failedPod(137, { completionIndex: 2 }, 'OOMKilled')])).toBe('OUT_OF_MEMORY');
    expect(code(of, [memory, failedPod(1, { completionIndex: 2 })])).toBe('BACKOFF_EXHAUSTED');
    expect(code(of, [])).toBe('BACKOFF_EXHAUSTED');
  });

  it('in one pod count as often as it was restarted', () => {
    const last = { exitCode: 1, reason: 'Error' };
    const of = failed('BackoffLimitExceeded', { failed: 1, backoffLimit: 1 });
    expect(code(of, [looped(2, last)])).toBe('BACKOFF_EXHAUSTED');
    expect(code(of, [looped(2, { exitCode: 137, reason: 'OOMKilled' })])).toBe('OUT_OF_MEMORY');
  });

  it('that were taken away explain why their successors wait for a node', () => {
    const evicted = failedPod(137, { reason: 'Evicted', message: 'The node was low on resource: memory.' });
    const waits = unschedulable('0/1 nodes are available: 1 node(s) were unschedulable.', { createdAt: at(6) });
    expect(code(job(), [evicted, waits])).toBe('EVICTED');
    expect(code(job(), [evicted, pod({ createdAt: at(6) })])).toBeUndefined();
  });
});

describe('a Job made again under the same name', () => {
  it('is not blamed for the pods and Events of the one before it', () => {
    const refusal: KubernetesEvent = {
      id: 'e',
      type: 'Warning',
      reason: 'FailedCreate',
      message: 'exceeded quota: q, requested: pods=1',
      count: 1,
      lastAt: at(9),
      about: { kind: 'Job', name: 'exp', uid: 'before' },
    };
    const old = failedPod(1, { jobId: 'before', createdAt: at(0) });
    expect(code(job({ active: 0 }), [old], [refusal])).toBeUndefined();
    const own = { ...refusal, about: { ...refusal.about, uid: 'job' } };
    expect(code(job({ active: 0 }), [old], [refusal, own])).toBe('QUOTA_EXCEEDED');
  });
});

describe('a Job that succeeded or is about to', () => {
  it.each(['Complete', 'SuccessCriteriaMet'])('is well when %s, whatever happened on the way', (type) => {
    const of = job({ conditions: [{ type, status: 'True' }], deletedAt: at(9), suspended: true });
    expect(code(of, [failedPod(1)])).toBeUndefined();
  });
});
