import type { ClusterCode } from '../diagnosis.js';
import { disrupted, overdue, rejected } from './disruption.js';
import { crashing, ended, podDeadline } from './ending.js';
import type { Finding } from './finding.js';
import { imagePull } from './image.js';
import type { Scene } from './scene.js';
import { scheduling } from './scheduling.js';
import { creating, mounts, uncreated } from './waiting.js';

type Ask = (scene: Scene) => Finding | undefined;

/**
 * What is asked about a pod that has not ended, in this order; the first answer counts.
 *
 * What happens to the pod as a whole comes before what its containers say.
 */
const aboutLive: readonly Ask[] = [
  disrupted,
  overdue,
  scheduling,
  imagePull,
  uncreated,
  mounts,
  crashing,
  creating,
  ended,
];

/** The same about a pod that failed: who ended it comes before how its containers ended. */
const aboutFailed: readonly Ask[] = [disrupted, rejected, podDeadline, ended];

/** Of a pod that was told to go nothing is asked but who sent it and whether it goes. */
const aboutLeaving: readonly Ask[] = [disrupted, overdue];

/** Why this pod waits or failed; undefined when nothing is wrong with it. */
export function podFinding(scene: Scene): Finding | undefined {
  const { phase, deletedAt } = scene.pod;
  if (phase === 'SUCCEEDED') return undefined;
  const asks = phase === 'FAILED' ? aboutFailed : deletedAt === undefined ? aboutLive : aboutLeaving;
  for (const ask of asks) {
    const found = ask(scene);
    if (found) return found;
  }
  return undefined;
}

/**
 * Which cause to tell when pods of one Job suffer from several: the first of these.
 *
 * What was taken away explains what waits in its place; what somebody has to
 * mend comes before what time may mend.
 */
export const precedence: readonly ClusterCode[] = [
  'NODE_LOST',
  'PREEMPTED',
  'EVICTED',
  'ADMISSION_DENIED',
  'CONFIG_MISSING',
  'IMAGE_PULL',
  'VOLUME_PENDING',
  'PROGRAM_NOT_FOUND',
  'OUT_OF_MEMORY',
  'CRASH_LOOP',
  'PROGRAM_SIGNAL',
  'UNSCHEDULABLE_OTHER',
  'UNSCHEDULABLE_MEMORY',
  'UNSCHEDULABLE_CPU',
  'DEADLINE_EXCEEDED',
  'CONTAINER_CREATING',
  'PROGRAM_EXIT',
  'UNKNOWN',
];
