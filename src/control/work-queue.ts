/**
 * Keys that want work. A key is given out to one worker at a time; added while
 * it is worked on, it comes again afterwards; added twice before, it comes once.
 *
 * @see client-go, util/workqueue: the same promises.
 */
export class WorkQueue {
  readonly #ready: string[] = [];
  readonly #wanted = new Set<string>();
  readonly #busy = new Set<string>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #waiters: ((key: string | undefined) => void)[] = [];
  #closed = false;

  add(key: string): void {
    if (this.#closed || this.#wanted.has(key)) return;
    this.#wanted.add(key);
    if (!this.#busy.has(key)) this.#offer(key);
  }

  /** Adds a key later. The earlier of two times counts; a plain add does not take a timer away. */
  addAfter(key: string, milliseconds: number): void {
    if (this.#closed) return;
    const due = performance.now() + milliseconds;
    const known = this.#timers.get(key);
    if (known && (known as NodeJS.Timeout & { due?: number }).due! <= due) return;
    clearTimeout(known);
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      this.add(key);
    }, milliseconds).unref();
    this.#timers.set(key, Object.assign(timer, { due }));
  }

  /** The next key, or undefined once the queue is closed. Hand it back with `done`. */
  async take(): Promise<string | undefined> {
    const key = this.#closed
      ? undefined
      : (this.#ready.shift() ?? (await new Promise<string | undefined>((resolve) => this.#waiters.push(resolve))));
    if (key !== undefined) {
      this.#wanted.delete(key);
      this.#busy.add(key);
    }
    return key;
  }

  done(key: string): void {
    this.#busy.delete(key);
    if (this.#wanted.has(key)) this.#offer(key);
  }

  /** Nothing is given out any more; who waits gets undefined. */
  close(): void {
    this.#closed = true;
    this.#ready.length = 0;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const wake of this.#waiters.splice(0)) wake(undefined);
  }

  #offer(key: string): void {
    if (this.#closed) return;
    const wake = this.#waiters.shift();
    if (wake) wake(key);
    else this.#ready.push(key);
  }
}
