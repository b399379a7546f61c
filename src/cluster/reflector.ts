import { backoffMs, pause } from './backoff.js';
import { ClusterError, errorOfNetwork, errorOfStatus, isExpired } from './cluster-error.js';
import type { Status } from './cluster-error.js';
import type { ClusterConnection, Query } from './connection.js';
import { listObjects } from './list-objects.js';
import { anyObject } from './parse-object.js';
import type { ObjectParser } from './parse-object.js';
import { defaultTiming } from './reflector-timing.js';
import type { ReflectorTiming } from './reflector-timing.js';
import { SinkFeed } from './sink-feed.js';
import type { Named, SinkNeeds } from './sink-feed.js';
import { watchOnce } from './watch-once.js';
import type { WatchEvent } from './watch-once.js';

export interface ReflectorNeeds<T> extends SinkNeeds<T> {
  readonly connection: ClusterConnection;
  /** A collection, e.g. /apis/batch/v1/namespaces/x/jobs. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly timing?: Partial<ReflectorTiming>;
  /** Makes of the JSON what `decode` reads; everything but managedFields when left out. */
  readonly parser?: ObjectParser;
  /**
   * How the whole list is read: page by page, or as the beginning of the watch (WatchList),
   * which falls back to pages where the server refuses it. Pages when left out: docs/performance.md
   * has the measurements.
   */
  readonly firstSync?: 'pages' | 'watchList';
}

/** What was done since the start. */
export interface ReflectorCounts {
  readonly lists: number;
  readonly watches: number;
  readonly events: number;
  readonly failures: number;
}

export interface Reflector extends AsyncDisposable {
  readonly counts: ReflectorCounts;
}

const initialEventsEnd = 'k8s.io/initial-events-end';

/** A server, or its administrator, that knows no WatchList answers one of these. */
const refusals: ReadonlySet<number | undefined> = new Set([400, 403, 422]);

/** After so many failures in a row the version itself is doubted. */
const failuresBeforeRelist = 5;

/**
 * Tells `sink` what a collection of the cluster holds, for ever.
 *
 * A whole list comes as reset, put…, synced, never in part; then one change per
 * event. Some states may never appear, but those that do appear in order, and the
 * last one always does. No failure ends it: it waits and tries again, going on from
 * the version it has, and lists anew only when the server says that version is too
 * old (410) or nothing else has helped.
 *
 * @see client-go tools/cache/reflector.go, whose behaviour this follows.
 */
export function startReflector<T>(needs: ReflectorNeeds<T>): Reflector {
  const loop = new ReflectorLoop(needs);
  const running = loop.run();
  return {
    counts: loop.counts,
    async [Symbol.asyncDispose]() {
      loop.stop.abort();
      await running;
    },
  };
}

class ReflectorLoop<T> {
  readonly stop = new AbortController();
  readonly counts = { lists: 0, watches: 0, events: 0, failures: 0 };
  readonly #needs: ReflectorNeeds<T>;
  readonly #timing: ReflectorTiming;
  readonly #feed: SinkFeed<T>;
  readonly #parser: ObjectParser;
  /** Opaque: given back to the server, compared by nobody. Undefined: list first. */
  #version: string | undefined;
  #failuresInARow = 0;
  #asksWatchList: boolean;
  /** By name, while a watch tells its list; it is told on only as a whole. */
  #initial: Map<string, Named<T>> | undefined;

  constructor(needs: ReflectorNeeds<T>) {
    this.#needs = needs;
    this.#timing = { ...defaultTiming, ...needs.timing };
    this.#feed = new SinkFeed(needs, this.#timing.now);
    this.#parser = needs.parser ?? anyObject;
    this.#asksWatchList = needs.firstSync === 'watchList';
  }

  async run(): Promise<void> {
    while (!this.stop.signal.aborted) {
      try {
        if (this.#version === undefined && !this.#asksWatchList) this.#version = await this.#list();
        await this.#watch();
      } catch (error) {
        if (!this.stop.signal.aborted) await this.#recover(errorOfNetwork(error));
      }
    }
  }

  async #recover(error: ClusterError): Promise<void> {
    this.counts.failures += 1;
    this.#failuresInARow += 1;
    const failures = this.#failuresInARow;
    if (this.#initial) {
      this.#initial = undefined;
      const isRefused = refusals.has(error.status);
      if (isRefused || failures > 1) this.#asksWatchList = false;
      if (isRefused) return;
    }
    if (isExpired(error)) this.#version = undefined;
    else if (failures % failuresBeforeRelist === 0 && !saysNothingOfVersion(error)) this.#version = undefined;
    if (isExpired(error) && failures === 1) return;
    this.#feed.stale(error);
    const told = Math.min((error.retryAfterSeconds ?? 0) * 1000, this.#timing.toldMaxMs);
    await pause(Math.max(backoffMs(failures, this.#timing), told), this.stop.signal);
  }

  async #list(): Promise<string> {
    const { connection, path, labelSelector } = this.#needs;
    const found: Named<T>[] = [];
    const askedAt = this.#timing.now();
    this.counts.lists += 1;
    const version = await listObjects({
      connection,
      path,
      labelSelector,
      signal: this.stop.signal,
      timeoutMs: this.#timing.listTimeoutMs,
      parser: this.#parser,
      onObject: (raw) => {
        const decoded = this.#feed.decode(raw);
        if (decoded) found.push(decoded);
      },
    });
    await this.#feed.list(found, { asOf: askedAt, version, signal: this.stop.signal });
    return version;
  }

  /**
   * @throws ClusterError `SHORT_WATCH` when the server ended it at once: something on the way does not let watches live
   * @throws ClusterError `SILENT` when the server did not end it: its socket may be half open
   * @throws ClusterError `UNSYNCED` when it ended before its list was whole
   */
  async #watch(): Promise<void> {
    const { connection, path, labelSelector } = this.#needs;
    const { watchMinSeconds, random, bookmarkMs, slackMs, shortWatchMs } = this.#timing;
    const timeoutSeconds = Math.floor(watchMinSeconds * (1 + random()));
    const eventsBefore = this.counts.events;
    const askedAt = this.#timing.now();
    let isProven = false;
    let proof: NodeJS.Timeout | undefined;
    const prove = (): void => {
      isProven = true;
      this.#prove(askedAt);
    };
    this.counts.watches += 1;
    this.#initial = this.#version === undefined ? new Map() : undefined;
    let endedBy: 'server' | 'deadline';
    try {
      endedBy = await watchOnce({
        connection,
        path,
        query: { ...fromVersion(this.#version), allowWatchBookmarks: true, timeoutSeconds, labelSelector },
        parser: this.#parser,
        signal: this.stop.signal,
        silenceMs: bookmarkMs + slackMs,
        deadlineMs: timeoutSeconds * 1000 + slackMs,
        onOpen: () => void (proof = setTimeout(prove, shortWatchMs)),
        onEvent: (event) => this.#take(event, askedAt),
      });
    } finally {
      clearTimeout(proof);
    }
    if (this.#initial) throw new ClusterError('the watch ended before its list was whole', { code: 'UNSYNCED' });
    if (endedBy === 'deadline')
      throw new ClusterError('the watch was not ended when it was promised', { code: 'SILENT' });
    if (!isProven && this.counts.events === eventsBefore) {
      throw new ClusterError('the watch was ended at once', { code: 'SHORT_WATCH' });
    }
  }

  #take({ type, object: raw }: WatchEvent, askedAt: number): void | Promise<void> {
    if (type === 'ERROR') throw errorOfStatus(raw as Status);
    const version = raw.metadata?.resourceVersion;
    if (version === undefined) throw new ClusterError('an event has no version', { code: 'MALFORMED' });
    this.counts.events += 1;
    const decoded = type === 'BOOKMARK' ? undefined : this.#feed.decode(raw);
    if (this.#initial) {
      if (decoded && type === 'DELETED') this.#initial.delete(decoded.name);
      else if (decoded) this.#initial.set(decoded.name, decoded);
      else if (raw.metadata?.annotations?.[initialEventsEnd] === 'true') return this.#endInitial(version, askedAt);
      return;
    }
    this.#prove(this.#timing.now());
    if (decoded && type === 'DELETED') this.#feed.gone(decoded, version);
    else if (decoded) this.#feed.put(decoded, version);
    else this.#feed.passed(version);
    this.#version = version;
  }

  async #endInitial(version: string, askedAt: number): Promise<void> {
    const found = this.#initial?.values() ?? [];
    await this.#feed.list(found, { asOf: askedAt, version, signal: this.stop.signal });
    this.#initial = undefined;
    this.#version = version;
    this.#failuresInARow = 0;
  }

  /** The source works, as of `asOf`: it sent something, or kept a watch open for a while that was asked for then. */
  #prove(asOf: number): void {
    if (this.#initial) return;
    this.#failuresInARow = 0;
    this.#feed.fresh(asOf);
  }
}

function fromVersion(resourceVersion: string | undefined): Query {
  if (resourceVersion !== undefined) return { resourceVersion };
  return { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' };
}

/** The server is overwhelmed or away, or does not know us: a list would burden it more, and tell no more. */
function saysNothingOfVersion(error: ClusterError): boolean {
  return error.status === 429 || error.status === 401 || error.code === 'ECONNREFUSED';
}
