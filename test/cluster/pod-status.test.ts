import { describe, expect, it } from '@jest/globals';
import { printedPod } from '../../src/cluster/pod-status.js';
import type { RawContainerStatus, RawPod, RawPodStatus, RawState } from '../../src/cluster/raw-pod.js';

const waiting = (reason: string): RawState => ({ waiting: { reason } });
const running: RawState = { running: { startedAt: '2026-01-01T00:00:00Z' } };
const ended = (exitCode: number, reason?: string, signal?: number): RawState => ({
  terminated: { exitCode, ...(reason !== undefined && { reason }), ...(signal !== undefined && { signal }) },
});

function container(state: RawState, more: Partial<RawContainerStatus> = {}): RawContainerStatus {
  return { name: 'main', state, ready: state.running !== undefined, ...more };
}

function pod(status: RawPodStatus, initial: readonly RawState[] = [], more: Partial<RawPod> = {}): RawPod {
  const names = ['one', 'two', 'three'];
  return {
    spec: {
      initContainers: initial.map((_state, index) => ({ name: String(names[index]) })),
      containers: [{ name: 'main' }],
    },
    status: {
      initContainerStatuses: initial.map((state, index) => container(state, { name: String(names[index]) })),
      ...status,
    },
    ...more,
  };
}

const going = { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } };
const ready = { type: 'Ready', status: 'True' };
const one = (state: RawState): RawContainerStatus[] => [container(state)];

describe('the status that kubectl prints', () => {
  it.each<[string, RawPod]>([
    ['Pending', {}],
    ['Pending', pod({ phase: 'Pending' })],
    [
      'SchedulingGated',
      pod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] }),
    ],
    ['ContainerCreating', pod({ phase: 'Pending', containerStatuses: one(waiting('ContainerCreating')) })],
    ['ImagePullBackOff', pod({ phase: 'Pending', containerStatuses: one(waiting('ImagePullBackOff')) })],
    ['CrashLoopBackOff', pod({ phase: 'Running', containerStatuses: one(waiting('CrashLoopBackOff')) })],
    ['Running', pod({ phase: 'Running', containerStatuses: one(running) })],
    ['Completed', pod({ phase: 'Succeeded', containerStatuses: one(ended(0, 'Completed')) })],
    ['Error', pod({ phase: 'Failed', containerStatuses: one(ended(1, 'Error')) })],
    ['OOMKilled', pod({ phase: 'Failed', containerStatuses: one(ended(137, 'OOMKilled')) })],
    ['ExitCode:3', pod({ phase: 'Failed', containerStatuses: one(ended(3)) })],
    ['Signal:9', pod({ phase: 'Failed', containerStatuses: one(ended(137, '', 9)) })],
    ['Evicted', pod({ phase: 'Failed', reason: 'Evicted' })],
    ['Error', pod({ phase: 'Failed', reason: 'Evicted', containerStatuses: one(ended(137, 'Error')) })],
    ['Terminating', pod({ phase: 'Running', containerStatuses: one(running) }, [], going)],
    ['Completed', pod({ phase: 'Succeeded', containerStatuses: one(ended(0, 'Completed')) }, [], going)],
    ['Unknown', pod({ phase: 'Running', reason: 'NodeLost', containerStatuses: one(running) }, [], going)],
    [
      'Init:0/2',
      pod({ phase: 'Pending', containerStatuses: one(waiting('PodInitializing')) }, [
        running,
        waiting('PodInitializing'),
      ]),
    ],
    [
      'Init:1/2',
      pod({ phase: 'Pending', containerStatuses: one(waiting('PodInitializing')) }, [
        ended(0, 'Completed'),
        waiting('PodInitializing'),
      ]),
    ],
    ['Init:CrashLoopBackOff', pod({ phase: 'Pending' }, [waiting('CrashLoopBackOff')])],
    ['Init:Error', pod({ phase: 'Failed' }, [ended(1, 'Error')])],
    ['Init:ExitCode:2', pod({ phase: 'Failed' }, [ended(2)])],
    ['Init:Signal:15', pod({ phase: 'Failed' }, [ended(143, '', 15)])],
    ['PodInitializing', pod({ phase: 'Pending', containerStatuses: one(waiting('PodInitializing')) }, [ended(0)])],
  ])('is %s', (status, raw) => {
    expect(printedPod(raw).status).toBe(status);
  });

  it('is that of the first container that has something to say', () => {
    const containerStatuses = [
      container(ended(1, 'Error')),
      container(waiting('CrashLoopBackOff'), { name: 'second' }),
    ];
    expect(printedPod(pod({ phase: 'Running', containerStatuses })).status).toBe('Error');
  });

  it('is Running or NotReady while one of two containers has completed', () => {
    const containerStatuses = [container(ended(0, 'Completed')), container(running, { name: 'second' })];
    expect(printedPod(pod({ phase: 'Running', containerStatuses, conditions: [ready] })).status).toBe('Running');
    expect(printedPod(pod({ phase: 'Running', containerStatuses })).status).toBe('NotReady');
  });

  it('is that of the containers once the pod was initialized, though an init container is a sidecar', () => {
    const raw: RawPod = {
      spec: { initContainers: [{ name: 'side', restartPolicy: 'Always' }], containers: [{ name: 'main' }] },
      status: {
        phase: 'Running',
        initContainerStatuses: [container(running, { name: 'side', started: true, restartCount: 2 })],
        containerStatuses: [container(running, { restartCount: 3 })],
      },
    };
    expect(printedPod(raw)).toEqual({ status: 'Running', restarts: 5 });
  });

  it('counts the restarts of init containers only while they run', () => {
    const twice = container(waiting('CrashLoopBackOff'), { name: 'one', restartCount: 2 });
    const raw = pod({ phase: 'Pending' }, [running]);
    expect(printedPod({ ...raw, status: { ...raw.status, initContainerStatuses: [twice] } }).restarts).toBe(2);
    const done = container(ended(0), { name: 'one', restartCount: 2 });
    const status = { phase: 'Running', initContainerStatuses: [done], containerStatuses: one(running) };
    expect(printedPod({ ...raw, status }).restarts).toBe(0);
  });
});
