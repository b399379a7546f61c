/**
 * A value that is kept current: what React's `useSyncExternalStore` and its
 * likes ask for. Both functions may be handed on without their object.
 */
export interface Observed<T> {
  /** The value as it is now; the same object until something changes. Never mutated. */
  getSnapshot(this: void): T;
  /** Calls `listener` after changes. @returns what ends that; calling it again does nothing. */
  subscribe(this: void, listener: () => void): () => void;
}

export interface Listeners {
  subscribe(this: void, listener: () => void): () => void;
  tell(): void;
}

/** A listener that throws is reported as an uncaught error and disturbs no other. */
export function createListeners(): Listeners {
  const listeners = new Set<{ readonly hear: () => void }>();
  return {
    subscribe: (hear) => {
      const entry = { hear };
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    tell: () => {
      for (const entry of listeners) {
        try {
          entry.hear();
        } catch (error) {
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
  };
}
