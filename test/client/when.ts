import type { Observed } from '../../src/client/observed.js';

/** Resolves with the first value, the present one included, that is as wanted. */
export function when<T>({ getSnapshot, subscribe }: Observed<T>, wanted: (value: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    const look = (): void => {
      const value = getSnapshot();
      if (!wanted(value)) return;
      leave();
      resolve(value);
    };
    const leave = subscribe(look);
    queueMicrotask(look);
  });
}
