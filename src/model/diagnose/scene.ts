import type { Condition } from '../job.js';
import type { KubernetesEvent } from '../event.js';
import type { Container, Pod } from '../pod.js';

/** One pod and what was said of it, oldest Event first. `now` is in milliseconds since 1970. */
export interface Scene {
  readonly pod: Pod;
  readonly events: readonly KubernetesEvent[];
  readonly now: number;
}

/** One scene per pod, in an order that does not depend on how pods and Events were given. */
export function scenesOf(pods: readonly Pod[], events: readonly KubernetesEvent[], now: number): Scene[] {
  const sorted = inOrder(events);
  const byUid = new Map<string, KubernetesEvent[]>();
  const byName = new Map<string, KubernetesEvent[]>();
  for (const event of sorted) {
    if (event.about.kind !== 'Pod') continue;
    const { uid, name } = event.about;
    const [map, key] = uid === undefined ? ([byName, name] as const) : ([byUid, uid] as const);
    const list = map.get(key);
    if (list) list.push(event);
    else map.set(key, [event]);
  }
  return pods
    .toSorted((a, b) => compare(a.createdAt, b.createdAt) || compare(a.name, b.name) || compare(a.id, b.id))
    .map((pod) => {
      const nameless = byName.get(pod.name) ?? [];
      const own = byUid.get(pod.id) ?? [];
      return { pod, events: nameless.length === 0 ? own : inOrder([...own, ...nameless]), now };
    });
}

/** Oldest first by when it was last seen; what was seen at the same time stands by its text. */
export function inOrder(events: readonly KubernetesEvent[]): KubernetesEvent[] {
  return events.toSorted(
    (a, b) =>
      time(a.lastAt) - time(b.lastAt) ||
      compare(a.reason, b.reason) ||
      compare(a.message, b.message) ||
      compare(a.about.name, b.about.name) ||
      compare(a.id, b.id),
  );
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Milliseconds since 1970; 0 for what is no time. */
export function time(at: string | undefined): number {
  return Date.parse(at ?? '') || 0;
}

/** Seconds from `at` to `now`; 0 for what is no time. */
export function ageSeconds(now: number, at: string | undefined): number {
  const then = time(at);
  return then === 0 ? 0 : (now - then) / 1000;
}

export function newest(events: readonly KubernetesEvent[], ...reasons: readonly string[]): KubernetesEvent | undefined {
  return events.findLast(({ reason }) => reasons.includes(reason));
}

export function condition(
  { conditions }: { readonly conditions: readonly Condition[] },
  type: string,
  status = 'True',
): Condition | undefined {
  return conditions.find((one) => one.type === type && one.status === status);
}

/** Which container this is of, in words: the only one of a pod needs no name. */
export function containerWords({ containers }: Pod, { name, init }: Container): string {
  if (init) return `init container ${name}`;
  return containers.length === 1 ? 'the program' : `container ${name}`;
}

/** Kubernetes' own words on one line without a full stop, at most `most` characters of them. */
export function quoted(text: string | undefined, most = 300): string {
  const line = (text ?? '').replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}
