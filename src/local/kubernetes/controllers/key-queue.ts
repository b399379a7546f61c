/** A setTimeout cannot wait longer. */
const longestTimerMilliseconds = 2 ** 31 - 1;

/**
 * Keys to be looked at, each once however often it was asked for, never
 * within the turn in which it was asked: what asks may be a listener of the
 * store, in the middle of a change.
 */
export interface KeyQueue extends Disposable {
  add(key: string): void;
  /** Later asks for an earlier time win; an earlier one that is due adds the key. */
  addAfter(key: string, milliseconds: number): void;
}

/** @param look one key at a time; what it throws is given back to the queue: tried again after a second */
export function createKeyQueue(look: (key: string) => void): KeyQueue {
  const retryMilliseconds = 1000;
  const due = new Set<string>();
  const timers = new Map<string, { at: number; timer: NodeJS.Timeout }>();
  let turn: NodeJS.Immediate | undefined;
  let disposed = false;

  function add(key: string): void {
    if (disposed) return;
    due.add(key);
    turn ??= setImmediate(drain);
  }

  function drain(): void {
    turn = undefined;
    const keys = [...due];
    due.clear();
    for (const key of keys) {
      try {
        look(key);
      } catch {
        // Level-based: whatever went wrong, the next look starts from what is stored then.
        addAfter(key, retryMilliseconds);
      }
    }
  }

  function addAfter(key: string, milliseconds: number): void {
    if (disposed) return;
    const wait = Math.max(0, milliseconds) + 1;
    const at = performance.now() + wait;
    const waiting = timers.get(key);
    if (waiting && waiting.at <= at) return;
    clearTimeout(waiting?.timer);
    const fallDue = (): void => {
      timers.delete(key);
      add(key);
    };
    const timer = setTimeout(fallDue, Math.min(wait, longestTimerMilliseconds));
    timers.set(key, { at, timer });
  }

  return {
    add,
    addAfter,
    [Symbol.dispose]() {
      disposed = true;
      clearImmediate(turn);
      for (const { timer } of timers.values()) clearTimeout(timer);
    },
  };
}
