import type { LiveStore } from './live-store.js';

/** What a feed of versioned objects tells. `lost`: facts may be missing, list again. */
export type VersionedFact<T> =
  | { readonly type: 'put'; readonly key: string; readonly object: T }
  | { readonly type: 'gone'; readonly key: string }
  | { readonly type: 'lost' };

export interface VersionedSource<T> {
  /** Everything there is now. */
  list(): AsyncIterable<readonly [key: string, object: T]>;
  subscribe(listener: (fact: VersionedFact<T>) => void): () => void;
  readonly onError: (error: unknown) => void;
}

const retryMs = 1000;

/**
 * Keeps a live store equal to a source whose objects carry growing versions.
 *
 * It subscribes first and lists then, so nothing is missed; an object older
 * than what is held is dropped, so order per object never goes back. A list
 * that fails is tried again until it works or the feed ends.
 *
 * @returns ends the feed
 */
export function feedVersioned<T extends { readonly version: number }>(
  store: LiveStore<T>,
  source: VersionedSource<T>,
): () => void {
  const stop = new AbortController();
  /** While a list is being read: the newest of every key that came, by list or by fact; null when it went. */
  let loading: Map<string, T | null> | undefined;

  function take(key: string, object: T): void {
    const held = loading ? loading.get(key) : store.get(key);
    if (held && held.version >= object.version) return;
    loading?.set(key, object);
    store.apply({ type: 'put', key, object });
  }

  async function load(): Promise<void> {
    const mine = new Map<string, T | null>();
    loading = mine;
    store.apply({ type: 'reset' });
    try {
      for await (const [key, object] of source.list()) {
        if (loading !== mine || stop.signal.aborted) return;
        if (mine.get(key) !== null) take(key, object);
      }
      store.apply({ type: 'synced' });
      loading = undefined;
    } catch (error) {
      if (stop.signal.aborted || loading !== mine) return;
      source.onError(error);
      setTimeout(() => !stop.signal.aborted && loading === mine && void load(), retryMs).unref();
    }
  }

  const unsubscribe = source.subscribe((fact) => {
    if (fact.type === 'lost') void load();
    else if (fact.type === 'put') take(fact.key, fact.object);
    else {
      loading?.set(fact.key, null);
      store.apply(fact);
    }
  });
  void load();
  return () => {
    stop.abort();
    unsubscribe();
  };
}
