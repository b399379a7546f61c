import type { KubernetesObject, ObjectStore } from '../objects.js';

/** What happened to an object, as `kubectl describe` shows it. */
export interface Happening {
  readonly object: KubernetesObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly component: string;
  /** For example `spec.containers{main}`. */
  readonly fieldPath?: string;
  /** Written as events.k8s.io writes it: `eventTime` set, `count` null. Schedulers do. */
  readonly action?: string;
}

const nodeComponents: ReadonlySet<string> = new Set(['kubelet']);
/** Beyond it, repeated happenings start a new Event instead of counting up an old one. */
const rememberedHappenings = 2000;

/** Notes happenings as core/v1 Events. The same happening again raises the count of the first Event. */
export type RecordEvent = (happening: Happening) => void;

export function createEventRecorder(store: ObjectStore): RecordEvent {
  const names = new Map<string, string>();
  return (happening) => {
    const { object, type, reason, message, component } = happening;
    const namespace = object.metadata.namespace ?? 'default';
    if (!acceptsEvents(store, namespace)) return;
    const key = JSON.stringify([object.metadata.uid, type, reason, message, component, happening.fieldPath]);
    const known = names.get(key);
    const now = new Date().toISOString();
    if (known !== undefined && !happening.action && store.get('events', namespace, known)) {
      store.update('events', namespace, known, (event) => ({
        ...event,
        count: Number(event['count'] ?? 1) + 1,
        lastTimestamp: seconds(now),
      }));
      return;
    }
    const name = freeName(store, namespace, object.metadata.name);
    if (names.size >= rememberedHappenings) names.clear();
    names.set(key, name);
    const once = happening.action !== undefined;
    const host = nodeComponents.has(component) ? 'local' : undefined;
    store.create('events', {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace, uid: '', resourceVersion: '', creationTimestamp: '' },
      involvedObject: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        name: object.metadata.name,
        namespace: object.metadata.namespace,
        uid: object.metadata.uid,
        resourceVersion: object.metadata.resourceVersion,
        fieldPath: happening.fieldPath,
      },
      type,
      reason,
      message,
      action: happening.action,
      count: once ? undefined : 1,
      eventTime: once ? now.replace('Z', '000Z') : null,
      firstTimestamp: once ? null : seconds(now),
      lastTimestamp: once ? null : seconds(now),
      source: once ? {} : { component, host },
      reportingComponent: component,
      reportingInstance: host ?? (once ? `${component}-local` : ''),
    });
  };
}

/** Nothing new comes into a namespace that ends, or it would never be empty. */
function acceptsEvents(store: ObjectStore, namespace: string): boolean {
  const found = store.get('namespaces', undefined, namespace);
  return found !== undefined && found.metadata.deletionTimestamp === undefined;
}

const seconds = (time: string): string => time.replace(/\.\d+Z$/, 'Z');

/** `<object>.<16 hex digits>`, as client-go names events: the time in nanoseconds. */
function freeName(store: ObjectStore, namespace: string, objectName: string): string {
  let nanoseconds = BigInt(Date.now()) * 1_000_000n;
  const named = (): string => `${objectName}.${nanoseconds.toString(16)}`;
  while (store.get('events', namespace, named())) nanoseconds += 1n;
  return named();
}
