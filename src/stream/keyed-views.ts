import { createLiveStore } from './live-store.js';
import type { LiveStore, LiveStoreOptions } from './live-store.js';

/** Ends what was opened. */
export type Close = () => void | Promise<void>;

export interface KeyedViewsNeeds<T> {
  /** Fills `store` with what belongs to `key`, and keeps it up to date until closed. */
  readonly open: (key: string, store: LiveStore<T>) => Promise<Close>;
  /** Of the store of a key; those of `createLiveStore` when left out. */
  readonly optionsFor?: (key: string) => LiveStoreOptions<T>;
  /** How long a view stays open after its last reader has left: a reconnect finds it, and its epoch, again. */
  readonly lingerMs: number;
  /** Told when closing failed. */
  readonly onError?: (error: unknown) => void;
}

export interface View<T> {
  readonly store: LiveStore<T>;
  /** May be called more than once. */
  release(): void;
}

export interface KeyedViews<T> extends AsyncDisposable {
  /** @throws whatever `open` throws; the next call then opens anew */
  acquire(key: string): Promise<View<T>>;
  readonly size: number;
}

interface Entry<T> {
  readonly store: LiveStore<T>;
  readonly close: Promise<Close>;
  readers: number;
  linger?: NodeJS.Timeout;
}

/** One live store per key, opened for its first reader and shared by all of them. */
export function createKeyedViews<T>(needs: KeyedViewsNeeds<T>): KeyedViews<T> {
  const entries = new Map<string, Entry<T>>();
  const closing = new Set<Promise<void>>();

  function open(key: string): Entry<T> {
    const store = createLiveStore<T>(needs.optionsFor?.(key));
    const entry: Entry<T> = { store, readers: 0, close: needs.open(key, store) };
    entries.set(key, entry);
    return entry;
  }

  function close(key: string, entry: Entry<T>): void {
    clearTimeout(entry.linger);
    if (entries.get(key) === entry) entries.delete(key);
    const closed = entry.close
      .then((end) => end())
      .catch((error: unknown) => needs.onError?.(error))
      .finally(() => closing.delete(closed));
    closing.add(closed);
  }

  function leave(key: string, entry: Entry<T>): void {
    entry.readers -= 1;
    if (entry.readers > 0 || entries.get(key) !== entry) return;
    entry.linger = setTimeout(close, needs.lingerMs, key, entry);
    entry.linger.unref();
  }

  return {
    get size() {
      return entries.size;
    },
    async acquire(key) {
      const entry = entries.get(key) ?? open(key);
      entry.readers += 1;
      clearTimeout(entry.linger);
      try {
        await entry.close;
      } catch (error) {
        if (entries.get(key) === entry) entries.delete(key);
        throw error;
      }
      let isReleased = false;
      return {
        store: entry.store,
        release() {
          if (!isReleased) leave(key, entry);
          isReleased = true;
        },
      };
    },
    /** Readers keep their stores, which then get no more changes. */
    async [Symbol.asyncDispose]() {
      for (const [key, entry] of entries) close(key, entry);
      await Promise.all(closing);
    },
  };
}
