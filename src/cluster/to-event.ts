import type { KubernetesEvent } from '../model/event.js';
import type { KubernetesObject } from './objects.js';
import { present } from './to-job.js';

/** The parts of core/v1 Event that are read. */
export interface RawEvent extends KubernetesObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  /** Null in what the scheduler writes; so are the two times then, and `eventTime` is set. */
  readonly count?: number | null;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  /** Set from the second time on, by who writes with events.k8s.io. */
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string | null } | null;
  readonly involvedObject?: { readonly kind?: string; readonly name?: string; readonly uid?: string };
}

/** A core/v1 Event as it came over the wire, trimmed. It was last seen at the newest time that it carries. */
export function toEvent(raw: RawEvent): KubernetesEvent {
  const { metadata = {}, series, involvedObject = {} } = raw;
  const firstAt = [raw.firstTimestamp, raw.eventTime, metadata.creationTimestamp].find(present);
  const lastAt = [series?.lastObservedTime, raw.lastTimestamp, firstAt].find(present);
  return {
    id: metadata.uid ?? '',
    type: raw.type ?? 'Normal',
    reason: raw.reason ?? '',
    message: raw.message ?? '',
    count: series?.count ?? raw.count ?? 1,
    ...(firstAt !== undefined && { firstAt }),
    ...(lastAt !== undefined && { lastAt }),
    about: {
      kind: involvedObject.kind ?? '',
      name: involvedObject.name ?? '',
      ...(present(involvedObject.uid) && { uid: involvedObject.uid }),
    },
  };
}
