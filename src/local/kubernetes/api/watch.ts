import type { ServerResponse } from 'node:http';
import { ApiFailure } from '../api-failure.js';
import type { KubernetesObject, ObjectEvent, ObjectStore } from '../objects.js';
import { EventStream } from './event-stream.js';
import { failureStatus } from './failure-status.js';
import { parseVersion } from './list-options.js';
import type { ListOptions } from './list-options.js';
import type { Representation } from './representation.js';
import type { Route } from './route.js';

export interface WatchNeeds {
  readonly store: ObjectStore;
  readonly route: Route;
  readonly options: ListOptions;
  readonly representation: Representation;
  readonly response: ServerResponse;
  /** How much one watcher may lag behind, in characters of JSON. */
  readonly lagBytes: number;
  readonly bookmarkSeconds: number;
}

/**
 * Answers a watch: changes after a version, or from now on with the present
 * objects as ADDED first.
 *
 * A change is seen through the selection: what enters it is ADDED, what leaves
 * it is DELETED. A version too old is told as an ERROR event (410), as the real
 * server does.
 *
 * @returns ends the watch at once
 * @throws ApiFailure 500 for a version that is no number
 */
export function serveWatch({
  store,
  route,
  options,
  representation,
  response,
  lagBytes,
  bookmarkSeconds,
}: WatchNeeds): () => void {
  const asked = parseVersion(options.version, true);
  const fromStart = options.initialEvents ?? asked === 0;
  const stream = new EventStream(response, lagBytes);
  const lineOf = lines(representation);
  let seen = fromStart || asked === 0 ? store.version() : asked;

  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  const past = fromStart || asked === 0 ? [] : store.since(asked);
  if (past === 'expired') {
    const why = `too old resource version: ${asked} (${store.version()})`;
    stream.send(`${JSON.stringify({ type: 'ERROR', object: failureStatus(new ApiFailure(410, 'Expired', why)) })}\n`);
    stream.end();
    return () => response.destroy();
  }

  const deliver = (event: ObjectEvent): void => {
    if (event.version <= seen) return;
    seen = event.version;
    const selected = throughSelection(event, route, options.selects);
    if (selected) stream.send(lineOf(selected.type, selected.object));
  };
  const bookmark = (annotations?: Record<string, string>): string =>
    `${JSON.stringify({ type: 'BOOKMARK', object: representation.bookmark(String(Math.max(seen, asked)), annotations) })}\n`;

  // Registered before the snapshot is sent: nothing falls between the two.
  const stop = store.onChange(deliver);
  if (fromStart) {
    const present = store.list(route.kind.resource, route.namespace).filter(options.selects);
    const endsMarked = options.bookmarks && (options.initialEvents === true || asked === 0);
    const mark = endsMarked ? bookmark({ 'k8s.io/initial-events-end': 'true' }) : '';
    stream.begin(initialLines(present, lineOf, mark));
  }
  for (const event of past) deliver(event);

  const beat = setInterval(() => options.bookmarks && stream.send(bookmark()), bookmarkSeconds * 1000);
  const seconds = options.timeoutSeconds || 1800 + Math.random() * 1800;
  const deadline = setTimeout(() => {
    if (options.bookmarks && store.version() > 0) stream.send(bookmark());
    release();
    stream.end();
  }, seconds * 1000);
  const release = (): void => {
    stop();
    clearInterval(beat);
    clearTimeout(deadline);
  };
  response.on('close', release);
  return () => {
    release();
    response.destroy();
  };
}

type Line = (type: string, object: KubernetesObject) => string;

function lines(representation: Representation): Line {
  let isFirst = true;
  return (type, object) => {
    const line = `{"type":"${type}","object":${representation.event(object, isFirst)}}\n`;
    isFirst = false;
    return line;
  };
}

function* initialLines(objects: readonly KubernetesObject[], lineOf: Line, end: string): Generator<string> {
  for (const object of objects) yield lineOf('ADDED', object);
  if (end !== '') yield end;
}

/** The event as a watcher of this route and selection sees it; undefined when it sees nothing. */
function throughSelection(
  { resource, type, object, previous }: ObjectEvent,
  { kind, namespace }: Route,
  selects: (object: KubernetesObject) => boolean,
): { readonly type: string; readonly object: KubernetesObject } | undefined {
  if (resource !== kind.resource) return undefined;
  if (namespace !== undefined && object.metadata.namespace !== namespace) return undefined;
  const was = previous !== undefined && selects(previous);
  const is = type !== 'DELETED' && selects(object);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object };
  if (!was) return undefined;
  const { resourceVersion } = object.metadata;
  return {
    type: 'DELETED',
    object: type === 'DELETED' ? object : { ...previous, metadata: { ...previous.metadata, resourceVersion } },
  };
}
