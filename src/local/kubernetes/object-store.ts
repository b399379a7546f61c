import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ApiFailure } from './api-failure.js';
import { openObjectFile } from './object-file.js';
import type { StoredChange } from './object-file.js';
import { isNamespaced, kindOf } from './resources.js';
import type { KubernetesObject, ObjectEvent, ObjectStore, ResourceName } from './objects.js';

/** How much of the past a watch may ask for. Whichever bound is met first drops the oldest changes. */
export interface HistoryBounds {
  readonly changes: number;
  /** Of JSON text, both states of each change counted. */
  readonly bytes: number;
}

export const defaultBounds: HistoryBounds = { changes: 10_000, bytes: 64 * 1024 * 1024 };

/**
 * Opens the cluster's objects: all in memory, each change written through to
 * `file` before it is told to anybody.
 *
 * Promises: versions never go back and no told change is lost when the process
 * is killed (a power cut may take the last ones); listeners hear every change
 * once and in order, also when a listener itself writes (its change is then
 * told after the present one). Objects handed out are frozen throughout and
 * shared; only the `change` function of `update` receives a copy of its own,
 * which it may alter and return.
 *
 * Kinds with a desired state (pods, jobs) get `metadata.generation`, which
 * grows when `spec` changes and when `deletionTimestamp` is set.
 *
 * @throws Error when another process has the file open
 */
export function openObjectStore(
  file: string | ':memory:',
  bounds: HistoryBounds = defaultBounds,
): ObjectStore & Disposable {
  const disk = openObjectFile(file);
  const objects = new Map<ResourceName, Map<string, KubernetesObject>>();
  /** Keys in etcd's order; a key that comes or goes is put in or taken out at its place. */
  const sortedKeys = new Map<ResourceName, string[]>();
  /** Each with the newest version when it came: it hears only what happens later. */
  const listeners = new Map<(event: ObjectEvent) => void, number>();
  const untold: ObjectEvent[] = [];
  let telling = false;

  const loaded = disk.load();
  let newest = loaded.version;
  let history: StoredChange[] = loaded.history;
  let historyBytes = history.reduce((sum, change) => sum + change.bytes, 0);
  /** The oldest version from which `since` can still tell everything. */
  let floor = loaded.floor;
  for (const { resource, object } of loaded.objects) {
    tableOf(resource).set(keyOf(resource, object.metadata.namespace, object.metadata.name), freeze(object));
  }
  for (const { event } of history) {
    freeze(event.object);
    if (event.previous) freeze(event.previous);
  }

  function tableOf(resource: ResourceName): Map<string, KubernetesObject> {
    let table = objects.get(resource);
    if (!table) objects.set(resource, (table = new Map()));
    return table;
  }

  function found(resource: ResourceName, namespace: string | undefined, name: string): KubernetesObject {
    const object = tableOf(resource).get(keyOf(resource, namespace, name));
    if (!object) throw notFound(resource, name);
    return object;
  }

  function record(resource: ResourceName, type: ObjectEvent['type'], next: KubernetesObject): KubernetesObject {
    const version = newest + 1;
    const body = JSON.stringify({ ...next, metadata: { ...next.metadata, resourceVersion: String(version) } });
    const object = freeze(JSON.parse(body) as KubernetesObject);
    const key = keyOf(resource, object.metadata.namespace, object.metadata.name);
    const previous = tableOf(resource).get(key);
    const event: ObjectEvent = { version, resource, type, object, ...(previous && { previous }) };
    const bytes = disk.write(event, key, body);
    newest = version;
    if (type === 'DELETED') tableOf(resource).delete(key);
    else tableOf(resource).set(key, object);
    const keys = sortedKeys.get(resource);
    if (keys && type === 'ADDED') keys.splice(placeOf(key, keys), 0, key);
    if (keys && type === 'DELETED') keys.splice(placeOf(key, keys), 1);
    history.push({ event, bytes });
    historyBytes += bytes;
    forget();
    tell(event);
    return object;
  }

  /** Drops a tenth at a time, so that the cost per change stays constant. */
  function forget(): void {
    if (history.length <= bounds.changes * 1.1 && historyBytes <= bounds.bytes * 1.1) return;
    let dropped = 0;
    while (history.length - dropped > bounds.changes || historyBytes > bounds.bytes) {
      const change = history[dropped];
      if (!change) break;
      historyBytes -= change.bytes;
      floor = change.event.version;
      dropped += 1;
    }
    history = history.slice(dropped);
    disk.forget(floor);
  }

  function tell(event: ObjectEvent): void {
    untold.push(event);
    if (telling) return;
    telling = true;
    try {
      for (let next = untold.shift(); next; next = untold.shift()) {
        for (const [listener, since] of listeners) if (next.version > since) listener(next);
      }
    } finally {
      telling = false;
    }
  }

  return {
    get: (resource, namespace, name) => tableOf(resource).get(keyOf(resource, namespace, name)),

    list(resource, namespace) {
      const table = tableOf(resource);
      let keys = sortedKeys.get(resource);
      if (!keys) sortedKeys.set(resource, (keys = [...table.keys()].sort()));
      const wanted = namespace === undefined ? keys : keys.filter((key) => key.startsWith(`${namespace}/`));
      return wanted.map((key) => table.get(key)).filter((object) => object !== undefined);
    },

    create(resource, object) {
      const { name, namespace } = object.metadata;
      if (tableOf(resource).has(keyOf(resource, namespace, name))) throw alreadyExists(resource, name);
      return record(resource, 'ADDED', {
        ...object,
        metadata: {
          ...object.metadata,
          uid: object.metadata.uid || randomUUID(),
          creationTimestamp: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
          ...(hasGeneration(resource) && { generation: 1 }),
        },
      });
    },

    update(resource, namespace, name, change, expectedVersion) {
      const current = found(resource, namespace, name);
      if (expectedVersion !== undefined && expectedVersion !== current.metadata.resourceVersion) {
        throw conflict(resource, name);
      }
      const changed = JSON.parse(JSON.stringify(change(structuredClone(current)))) as KubernetesObject;
      const { uid, creationTimestamp, resourceVersion, generation } = current.metadata;
      changed.metadata = { ...changed.metadata, name: current.metadata.name, uid, creationTimestamp, resourceVersion };
      if (current.metadata.namespace !== undefined) changed.metadata.namespace = current.metadata.namespace;
      if (generation === undefined) delete changed.metadata.generation;
      else {
        const wantedAnew =
          !isDeepStrictEqual(wantedOf(changed), wantedOf(current)) ||
          (changed.metadata.deletionTimestamp !== undefined && current.metadata.deletionTimestamp === undefined);
        changed.metadata.generation = wantedAnew ? generation + 1 : generation;
      }
      return isDeepStrictEqual(changed, current) ? current : record(resource, 'MODIFIED', changed);
    },

    remove: (resource, namespace, name) => record(resource, 'DELETED', found(resource, namespace, name)),

    since(version) {
      if (version < floor) return 'expired';
      const first = firstThat(history, (change) => change.event.version > version);
      return history.slice(first).map((change) => change.event);
    },

    version: () => newest,

    onChange(listener) {
      const registered = (event: ObjectEvent): void => listener(event);
      listeners.set(registered, newest);
      return () => listeners.delete(registered);
    },

    [Symbol.dispose]() {
      listeners.clear();
      disk[Symbol.dispose]();
    },
  };
}

/** Where a key stands among sorted ones, or would. */
const placeOf = (key: string, sorted: readonly string[]): number => firstThat(sorted, (other) => other >= key);

/** The first index from which on `is` holds; by halves. */
function firstThat<T>(sorted: readonly T[], is: (one: T) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (is(sorted[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Where a pod was placed is no change of what is wanted of it. */
const wantedOf = ({ kind, spec }: KubernetesObject): unknown =>
  kind === 'Pod' && typeof spec === 'object' ? { ...spec, nodeName: undefined } : spec;

const hasGeneration = (resource: ResourceName): boolean => resource === 'pods' || resource === 'jobs';

/** As etcd names objects below their resource: `namespace/name`, or `name` for what has no namespace. */
function keyOf(resource: ResourceName, namespace: string | undefined, name: string): string {
  return isNamespaced(resource) ? `${namespace ?? ''}/${name}` : name;
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}

const qualified = (resource: ResourceName): string => {
  const { group } = kindOf(resource);
  return group === '' ? resource : `${resource}.${group}`;
};

export function notFound(resource: ResourceName, name: string): ApiFailure {
  const details = { name, group: kindOf(resource).group, kind: resource };
  return new ApiFailure(404, 'NotFound', `${qualified(resource)} "${name}" not found`, details);
}

function alreadyExists(resource: ResourceName, name: string): ApiFailure {
  const details = { name, group: kindOf(resource).group, kind: resource };
  return new ApiFailure(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, details);
}

export function conflict(resource: ResourceName, name: string, why?: string): ApiFailure {
  const reason = why ?? 'the object has been modified; please apply your changes to the latest version and try again';
  const details = { name, group: kindOf(resource).group, kind: resource };
  const message = `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${reason}`;
  return new ApiFailure(409, 'Conflict', message, details);
}
