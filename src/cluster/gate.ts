export interface Gate {
  /** Resolves when it is one's turn, or to false when that did not come in time; never rejects. Who entered must leave. */
  enter(): Promise<boolean>;
  leave(): void;
}

/**
 * Lets `places` in at a time, in the order of their coming.
 *
 * Who has waited for `patienceMs` is let in all the same: the gate spares connections,
 * it must not let one call that hangs hold up all others.
 */
export function createGate(places: number, patienceMs: number): Gate {
  const waiting = new Set<() => void>();
  let inside = 0;
  return {
    async enter() {
      if (inside < places) {
        inside += 1;
        return true;
      }
      return new Promise<boolean>((resolve) => {
        const goIn = (inTurn = true): void => {
          clearTimeout(timer);
          waiting.delete(goIn);
          inside += 1;
          resolve(inTurn);
        };
        const timer = setTimeout(goIn, patienceMs, false);
        waiting.add(goIn);
      });
    },
    leave() {
      inside -= 1;
      const [next] = waiting;
      if (inside < places) next?.();
    },
  };
}
