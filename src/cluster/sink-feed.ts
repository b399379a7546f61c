import { setImmediate } from 'node:timers/promises';
import type { Change, Freshness } from '../model/change.js';
import type { ClusterError } from './cluster-error.js';
import type { KubernetesObject } from './objects.js';

export interface Decoded<T> {
  readonly key: string;
  readonly object: T;
}

export interface SinkNeeds<T> {
  /** `key` is the uid: an object that was deleted and made again under its name is another object. */
  readonly decode: (object: KubernetesObject) => Decoded<T>;
  readonly sink: (change: Change<T>) => void;
  readonly onFreshness?: (freshness: Freshness) => void;
  /** Told of a defect of ours, once per run of failures: `sink`, `decode` or `onFreshness` threw. */
  readonly onError?: (error: unknown) => void;
}

/** Objects told in one go: 50,000 at once would hold up everything else for half a second. */
const sliceSize = 500;

/**
 * Turns what was read into changes, and hands them on behind a wall: nothing that
 * the receiving side throws comes back to the reader.
 *
 * Remembers which uid stood under which name, so that a name that is suddenly
 * another object says `gone` for the old one first.
 */
export class SinkFeed<T> {
  readonly #needs: SinkNeeds<T>;
  readonly #now: () => number;
  readonly #keyOfName = new Map<string, string>();
  #asOf: number;
  #staleSince: number | undefined;
  readonly #failing = new Set<string>();

  constructor(needs: SinkNeeds<T>, now: () => number) {
    this.#needs = needs;
    this.#now = now;
    this.#asOf = now();
  }

  /** @returns undefined for an object that cannot be read; the others are not held up by it. */
  decode(raw: KubernetesObject): Decoded<T> | undefined {
    return this.#guard('decode', () => this.#needs.decode(raw));
  }

  /** A whole new list; other work gets its turn in between, unless `signal` ends it there. */
  async list(objects: readonly (readonly [name: string, decoded: Decoded<T>])[], signal: AbortSignal): Promise<void> {
    this.#keyOfName.clear();
    this.#tell({ type: 'reset' });
    for (const [index, [name, { key, object }]] of objects.entries()) {
      if (index > 0 && index % sliceSize === 0) await setImmediate();
      if (signal.aborted) return;
      this.#keyOfName.set(name, key);
      this.#tell({ type: 'put', key, object });
    }
    this.fresh();
    this.#tell({ type: 'synced' });
  }

  put(name: string, { key, object }: Decoded<T>): void {
    const before = this.#keyOfName.get(name);
    if (before !== undefined && before !== key) this.#tell({ type: 'gone', key: before });
    this.#keyOfName.set(name, key);
    this.#tell({ type: 'put', key, object });
  }

  gone(name: string, key: string): void {
    if (this.#keyOfName.get(name) === key) this.#keyOfName.delete(name);
    this.#tell({ type: 'gone', key });
  }

  /** The source is known to be current now. */
  fresh(): void {
    this.#asOf = this.#now();
    this.#staleSince = undefined;
    this.#guard('onFreshness', () => this.#needs.onFreshness?.({ asOf: this.#asOf }));
  }

  stale(error: ClusterError): void {
    this.#staleSince ??= this.#now();
    const freshness = { asOf: this.#asOf, staleSince: this.#staleSince, reason: error.message };
    this.#guard('onFreshness', () => this.#needs.onFreshness?.(freshness));
  }

  #tell(change: Change<T>): void {
    this.#guard('sink', () => this.#needs.sink(change));
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
