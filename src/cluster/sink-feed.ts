import { setImmediate } from 'node:timers/promises';
import type { Change, Freshness } from '../model/change.js';
import type { ClusterError } from './cluster-error.js';
import type { KubernetesObject, ObjectMeta } from './objects.js';
import { PartPool } from './share-parts.js';
import { positionOf } from './source-position.js';

export interface Decoded<T> {
  readonly key: string;
  readonly object: T;
}

/** Names are unique at one time, keys for ever. */
export interface Named<T> extends Decoded<T> {
  readonly name: string;
}

export interface SinkNeeds<T> {
  /**
   * `key` is the uid: an object that was deleted and made again under its name is another object.
   *
   * `object` must be new each time: equal parts of different objects are made one in it.
   */
  readonly decode: (object: KubernetesObject) => Decoded<T>;
  /** @param position Of the source, which this change brings it to; in the order of `positionOf`. Only of a put, a gone and a synced. */
  readonly sink: (change: Change<T>, position?: string) => void;
  /** Up to `position` nothing else has happened. */
  readonly onPassed?: (position: string) => void;
  readonly onFreshness?: (freshness: Freshness) => void;
  /** Told of a defect of ours, once per run of failures: `sink`, `decode` or `onFreshness` threw. */
  readonly onError?: (error: unknown) => void;
}

interface ListTime {
  /** ms since the epoch: not later than the state that is told. */
  readonly asOf: number;
  /** Of the list. */
  readonly version: string;
  readonly signal: AbortSignal;
}

/** Objects told in one go: 50,000 at once would hold up everything else for half a second. */
const sliceSize = 500;

/**
 * Turns what was read into changes, and hands them on behind a wall: nothing that
 * the receiving side throws comes back to the reader.
 *
 * Remembers what stood under which name, so that a name that is suddenly another
 * object says `gone` for the old one first, and an object that changed shares with
 * what it was whatever did not change.
 */
export class SinkFeed<T> {
  readonly #needs: SinkNeeds<T>;
  readonly #now: () => number;
  readonly #byName = new Map<string, Named<T>>();
  #namespace: string | undefined;
  readonly #parts = new PartPool();
  #asOf: number;
  #staleSince: number | undefined;
  readonly #failing = new Set<string>();

  constructor(needs: SinkNeeds<T>, now: () => number) {
    this.#needs = needs;
    this.#now = now;
    this.#asOf = now();
  }

  /** @returns undefined for an object that cannot be read; the others are not held up by it. */
  decode(raw: KubernetesObject): Named<T> | undefined {
    return this.#guard('decode', () => {
      const { key, object } = this.#needs.decode(raw);
      const name = this.#nameOf(raw.metadata ?? {});
      const before = this.#byName.get(name);
      if (typeof object === 'object' && object !== null) this.#parts.share(object, before?.object ?? {});
      return { name, key, object };
    });
  }

  /** In the namespace of the first object the plain name, which is in memory already; names hold no slash. */
  #nameOf({ namespace = '', name = '' }: ObjectMeta): string {
    this.#namespace ??= namespace;
    return namespace === this.#namespace ? name : `${namespace}/${name}`;
  }

  /** A whole new list, true at `asOf`; other work gets its turn in between, unless `signal` ends it there. */
  async list(objects: Iterable<Named<T>>, { asOf, version, signal }: ListTime): Promise<void> {
    this.#byName.clear();
    this.#tell({ type: 'reset' });
    let index = 0;
    for (const decoded of objects) {
      if (index > 0 && index % sliceSize === 0) await setImmediate();
      if (signal.aborted) return;
      this.#byName.set(decoded.name, decoded);
      this.#tell({ type: 'put', key: decoded.key, object: decoded.object });
      index += 1;
    }
    this.fresh(asOf);
    this.#tell({ type: 'synced' }, version);
  }

  put(decoded: Named<T>, version: string): void {
    const { name, key, object } = decoded;
    const before = this.#byName.get(name);
    if (before !== undefined && before.key !== key) this.#tell({ type: 'gone', key: before.key }, version);
    this.#byName.set(name, decoded);
    this.#tell({ type: 'put', key, object }, version);
  }

  gone({ name, key }: Named<T>, version: string): void {
    if (this.#byName.get(name)?.key === key) this.#byName.delete(name);
    this.#tell({ type: 'gone', key }, version);
  }

  /** The source told where it stands. */
  passed(version: string): void {
    const position = positionOf(version);
    if (position !== undefined) this.#guard('sink', () => this.#needs.onPassed?.(position));
  }

  /** The source is known to have been current at `asOf`, and can be reached. */
  fresh(asOf: number): void {
    // Nothing was true in the future: the clock was set back.
    this.#asOf = this.#asOf > this.#now() ? asOf : Math.max(this.#asOf, asOf);
    this.#staleSince = undefined;
    this.#guard('onFreshness', () => this.#needs.onFreshness?.({ asOf: this.#asOf }));
  }

  stale(error: ClusterError): void {
    this.#staleSince ??= this.#now();
    const freshness = { asOf: this.#asOf, staleSince: this.#staleSince, reason: error.message };
    this.#guard('onFreshness', () => this.#needs.onFreshness?.(freshness));
  }

  #tell(change: Change<T>, version?: string): void {
    this.#guard('sink', () => this.#needs.sink(change, positionOf(version)));
  }

  #guard<R>(whose: string, call: () => R): R | undefined {
    try {
      const result = call();
      this.#failing.delete(whose);
      return result;
    } catch (error) {
      if (!this.#failing.has(whose)) this.#needs.onError?.(error);
      this.#failing.add(whose);
      return undefined;
    }
  }
}
