import type { ClusterCode } from '../diagnosis.js';
import type { Condition } from '../job.js';
import type { KubernetesEvent } from '../event.js';
import type { Container, Pod } from '../pod.js';
import { quoted } from './scene.js';

/** What a pod does meanwhile. */
export type Course = 'waits' | 'fails' | 'failed' | 'ends' | 'hangs';

/** Why one pod waits or failed, before it is put together with what is found of its siblings. */
export interface Finding {
  readonly code: ClusterCode;
  readonly course: Course;
  /** The end of the sentence: "0 of 3 nodes have 4 free CPUs". The same for pods that suffer from the same. */
  readonly cause: string;
  readonly hint: string;
  /** Where it was read. */
  readonly evidence: string;
  /** RFC 3339. */
  readonly since?: string | undefined;
}

export function ofCondition({ name }: Pod, { type, status, reason, message }: Condition): string {
  const said = message === undefined ? '' : `: ${quoted(message)}`;
  return `Pod ${name}: condition ${type} is ${status}${reason === undefined ? '' : `, reason ${reason}`}${said}`;
}

export function ofStatus({ name, reason, message }: Pod): string {
  return `Pod ${name}: status.reason is ${reason ?? ''}${message === undefined ? '' : `: ${quoted(message)}`}`;
}

export function ofEvent({ about, reason, message, count }: KubernetesEvent): string {
  return `Event ${reason} of ${about.kind} ${about.name}${count > 1 ? ` (${count} times)` : ''}: ${quoted(message)}`;
}

export function ofWaiting({ name }: Pod, container: Container): string {
  const said = container.message === undefined ? '' : `: ${quoted(container.message)}`;
  return `Pod ${name}: container ${container.name} waits, reason ${container.reason ?? ''}${said}`;
}
