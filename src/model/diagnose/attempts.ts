import type { ClusterCode } from '../diagnosis.js';
import type { ExitRule, Job } from '../job.js';
import type { Pod } from '../pod.js';
import type { Finding } from './finding.js';
import { podFinding } from './pod-causes.js';
import { compare } from './scene.js';
import type { Scene } from './scene.js';

/** What these took away explains why its successor waits for a node. */
const takenAway: ReadonlySet<ClusterCode> = new Set<ClusterCode>(['PREEMPTED', 'EVICTED', 'NODE_LOST']);

/**
 * What is wrong with the pods of a Job that goes on, at this moment.
 *
 * A failed attempt that has a successor is history. It counts while nothing
 * runs in its place, when its index has failed for good, and when a rule of
 * podFailurePolicy ignores it: then it is tried without end.
 */
export function currentFindings(scenes: readonly Scene[], job: Job | undefined): Finding[] {
  const isDone = doneAmong(scenes);
  const lost = indexesIn(job?.failedIndexes);
  const ignoring = (job?.exitRules ?? []).filter(({ action }) => action === 'Ignore');
  /** The last pod of each index; without indexes any later pod does the same work. */
  const last = new Map(scenes.map(({ pod }) => [pod.completionIndex, pod]));
  return scenes.flatMap((scene) => {
    const { pod } = scene;
    if (isDone(pod)) return [];
    const isFinal = (pod.completionIndex !== undefined && lost.has(pod.completionIndex)) || isCaught(pod, ignoring);
    const later = last.get(pod.completionIndex) ?? pod;
    const hasSuccessor = pod.phase === 'FAILED' && !isFinal && compare(later.createdAt, pod.createdAt) > 0;
    const finding = podFinding(scene);
    if (!finding || (hasSuccessor && !(takenAway.has(finding.code) && hasNoNode(later)))) return [];
    return finding;
  });
}

function hasNoNode({ phase, nodeName }: Pod): boolean {
  return phase === 'PENDING' && nodeName === undefined;
}

/** Tells of a pod whether its index is done, by this pod or another. */
export function doneAmong(scenes: readonly Scene[]): (pod: Pod) => boolean {
  const done = new Set(scenes.flatMap(({ pod }) => (pod.phase === 'SUCCEEDED' ? (pod.completionIndex ?? []) : [])));
  return ({ completionIndex, phase }) =>
    completionIndex === undefined ? phase === 'SUCCEEDED' : done.has(completionIndex);
}

/** True when a rule looks at one of the codes that the pod's containers ended with. */
export function isCaught(pod: Pod, rules: readonly ExitRule[]): boolean {
  if (rules.length === 0) return false;
  const codes = pod.containers.filter(({ exitCode = 0 }) => exitCode !== 0);
  return rules.some(({ operator, values, containerName }) =>
    codes.some(
      ({ name, exitCode = 0 }) =>
        (containerName === undefined || containerName === name) && values.includes(exitCode) === (operator !== 'NotIn'),
    ),
  );
}

/** Given '1,3-5' return 1, 3, 4, 5; at most 100,000 of them. */
export function indexesIn(text = ''): ReadonlySet<number> {
  const indexes = new Set<number>();
  for (const part of text.split(',').filter((one) => one !== '')) {
    const [first = Number.NaN, last = first] = part.split('-').map(Number);
    for (let index = first; index <= last && indexes.size < 100_000; index += 1) indexes.add(index);
  }
  return indexes;
}
