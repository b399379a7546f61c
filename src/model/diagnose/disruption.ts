import type { ClusterCode } from '../diagnosis.js';
import { ofCondition, ofEvent, ofStatus } from './finding.js';
import type { Finding } from './finding.js';
import { ageSeconds, condition, newest, quoted } from './scene.js';
import type { Scene } from './scene.js';

/** A pod that is still there so long after its grace period has nobody who ends it. */
const overdueSeconds = 30;

/** Pods that the kubelet would not take, by status.reason. */
const rejections: Readonly<Record<string, readonly [code: ClusterCode, cause: string, hint: string]>> = {
  OutOfcpu: ['UNSCHEDULABLE_CPU', 'the node had not enough free CPUs left', 'Request fewer CPUs, or wait for room.'],
  OutOfmemory: [
    'UNSCHEDULABLE_MEMORY',
    'the node had not enough free memory left',
    'Request less memory, or wait for room.',
  ],
  OutOfpods: ['UNSCHEDULABLE_OTHER', 'the node holds no more pods', 'Lower the parallelism, or add a node.'],
  'OutOfephemeral-storage': [
    'UNSCHEDULABLE_OTHER',
    'the node had not enough free disk left',
    'Request less ephemeral storage.',
  ],
  NodeAffinity: [
    'UNSCHEDULABLE_OTHER',
    'the node does not match its selector',
    'Correct the selector, or label the node.',
  ],
  NodePorts: ['UNSCHEDULABLE_OTHER', 'the node has a port that it asks for in use', 'Do without hostPort.'],
  TopologyAffinityError: [
    'UNSCHEDULABLE_OTHER',
    'the node cannot place it on its CPUs as asked',
    'Request fewer CPUs.',
  ],
  UnexpectedAdmissionError: [
    'UNSCHEDULABLE_OTHER',
    'the node could not give it what it asks for',
    'Look at the devices of the node.',
  ],
  SysctlForbidden: [
    'ADMISSION_DENIED',
    'the node forbids a sysctl that it sets',
    'Do without the sysctl, or have it allowed.',
  ],
  AppArmor: [
    'ADMISSION_DENIED',
    'the node cannot enforce its AppArmor profile',
    'Correct the profile, or load it on the node.',
  ],
};

/** What a pod was rejected for by the node that it was given to. */
export function rejected({ pod }: Scene): Finding | undefined {
  if (pod.phase !== 'FAILED' || !Object.hasOwn(rejections, pod.reason ?? '')) return undefined;
  const [code, cause, hint] = rejections[pod.reason ?? ''] ?? [];
  if (code === undefined || cause === undefined || hint === undefined) return undefined;
  return { code, course: 'failed', cause, hint, evidence: ofStatus(pod), since: pod.startedAt ?? pod.createdAt };
}

const hints = {
  EVICTED:
    'It is run again elsewhere when the Job allows more attempts; ask for what it needs, so that nodes keep room for it.',
  NODE_LOST:
    'The node does not answer or is gone: look at it (kubectl get node), and delete its Node object when it is really gone.',
  PREEMPTED: 'It is run again when there is room; give it a higher priorityClass when that is too late.',
} as const;

const byTarget: Readonly<Record<string, readonly [code: keyof typeof hints, cause: string]>> = {
  PreemptionByScheduler: ['PREEMPTED', 'a more urgent pod took the place'],
  EvictionByEvictionAPI: ['EVICTED', 'somebody asked for its eviction, e.g. to drain the node'],
  DeletionByTaintManager: ['EVICTED', 'the node got a taint that it does not tolerate'],
  DeletionByPodGC: ['NODE_LOST', 'its node is gone'],
};

const byReason: Readonly<Record<string, readonly [code: keyof typeof hints, cause: string]>> = {
  Evicted: ['EVICTED', 'the node sent it away'],
  NodeLost: ['NODE_LOST', 'its node does not answer'],
  Terminated: ['NODE_LOST', 'its node was shut down'],
  NodeShutdown: ['NODE_LOST', 'its node was shutting down'],
  Shutdown: ['NODE_LOST', 'its node was shut down'],
  Preempting: ['PREEMPTED', 'a more urgent pod took the place'],
  Preempted: ['PREEMPTED', 'a more urgent pod took the place'],
};

/** A pod that was not let run to its end, through no fault of its program. */
export function disrupted(scene: Scene): Finding | undefined {
  const { pod, events } = scene;
  if (pod.phase === 'SUCCEEDED') return undefined;
  const course = pod.phase === 'FAILED' ? 'failed' : pod.deletedAt === undefined ? 'hangs' : 'ends';
  const target = condition(pod, 'DisruptionTarget');
  const since = target?.at;
  const silent = silence(scene);

  const own = Object.hasOwn(byReason, pod.reason ?? '') ? byReason[pod.reason ?? ''] : undefined;
  if (own) {
    const [code, words] = own;
    const cause = code === 'EVICTED' && pod.message !== undefined ? `${words}: ${quoted(pod.message, 200)}` : words;
    return { code, course, cause, hint: evictionHint(code, pod.message), evidence: ofStatus(pod), since };
  }
  if (target) {
    const [code, cause] = byTarget[target.reason ?? ''] ?? (['EVICTED', 'the node ended it'] as const);
    const isLost = target.reason === 'DeletionByTaintManager' && silent !== undefined;
    const found = isLost ? ({ code: 'NODE_LOST', cause: 'its node does not answer' } as const) : { code, cause };
    return { ...found, course, hint: hints[found.code], evidence: isLost ? silent : ofCondition(pod, target), since };
  }
  const evicted = pod.phase === 'FAILED' ? undefined : newest(events, 'Evicted');
  if (evicted) {
    const cause = `the node sends it away: ${quoted(evicted.message, 200)}`;
    const hint = evictionHint('EVICTED', evicted.message);
    return { code: 'EVICTED', course: 'ends', cause, hint, evidence: ofEvent(evicted), since: evicted.firstAt };
  }
  const preempted = pod.deletedAt === undefined ? undefined : newest(events, 'Preempted');
  if (preempted) {
    const [code, cause] = ['PREEMPTED', 'a more urgent pod took the place'] as const;
    return { code, course, cause, hint: hints[code], evidence: ofEvent(preempted), since: preempted.firstAt };
  }
  if (silent === undefined) return undefined;
  const at = condition(pod, 'Ready', 'False')?.at ?? condition(pod, 'Ready', 'Unknown')?.at ?? since;
  return {
    code: 'NODE_LOST',
    course,
    cause: 'its node does not answer',
    hint: hints.NODE_LOST,
    evidence: silent,
    since: at,
  };
}

/** A pod that was told to go, should be gone for long, and is not. */
export function overdue({ pod, now }: Scene): Finding | undefined {
  if (pod.deletedAt === undefined || pod.phase === 'SUCCEEDED' || pod.phase === 'FAILED') return undefined;
  if (ageSeconds(now, pod.deletedAt) < overdueSeconds) return undefined;
  return {
    code: 'UNKNOWN',
    course: 'ends',
    cause: 'it was to be gone by now, and nothing says why it is still there',
    hint: `Look at its node; kubectl delete pod ${pod.name} --force gives it up.`,
    evidence: `Pod ${pod.name}: deletionTimestamp is ${pod.deletedAt}`,
    since: pod.deletedAt,
  };
}

/** The proof that its node does not answer. The node controller then sets Ready False without a reason: the containers stay as they were last seen. */
function silence({ pod, events }: Scene): string | undefined {
  if (pod.phase === 'UNKNOWN') return `Pod ${pod.name}: status.phase is Unknown`;
  const unready = condition(pod, 'Ready', 'False') ?? condition(pod, 'Ready', 'Unknown');
  if (pod.phase !== 'RUNNING' || !unready || unready.reason !== undefined) return undefined;
  const event = newest(events, 'NodeNotReady');
  if (event) return ofEvent(event);
  return pod.containers.some(({ ready }) => ready) ? ofCondition(pod, unready) : undefined;
}

function evictionHint(code: keyof typeof hints, message = ''): string {
  if (code !== 'EVICTED') return hints[code];
  if (/EmptyDir/i.test(message)) return 'Raise the sizeLimit of that emptyDir, or write less into it.';
  if (/local storage|ephemeral/i.test(message))
    return 'Raise the limit on ephemeral-storage, or write less to the disk.';
  if (/low on resource: memory/i.test(message))
    return 'Request the memory that it uses, so that it is put where there is enough.';
  return hints.EVICTED;
}
