interface Store<T> {
  values(): Iterable<T>;
  onChange(listener: () => void): () => void;
}

/** Resolves with the first object of a live store that is as wanted; with 'none' when there is no such object any more. */
export function until<T>(store: Store<T>, wanted: (one: T) => boolean): Promise<T>;
export function until<T>(store: Store<T>, wanted: (one: T) => boolean, none: 'none'): Promise<undefined>;
export function until<T>(store: Store<T>, wanted: (one: T) => boolean, none?: 'none'): Promise<T | undefined> {
  return new Promise((resolve) => {
    const look = () => {
      const one = [...store.values()].find(wanted);
      if ((one === undefined) !== (none === 'none')) return;
      stop();
      resolve(one);
    };
    const stop = store.onChange(look);
    queueMicrotask(look);
  });
}
