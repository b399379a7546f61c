/**
 * The turns of the event loop: what becomes ready in one turn is written at its
 * end, so that a burst costs one write per socket.
 */
export class Turn {
  #deliveries: (() => void)[] = [];
  #lines: { flush(): void }[] = [];
  #checks: (() => void)[] = [];
  #end: { readonly promise: Promise<void>; readonly settle: () => void } | undefined;
  #isScheduled = false;

  /** Calls `deliver` when this turn ends: what it puts on lines is flushed then too. */
  deliverAtEnd(deliver: () => void): void {
    this.#deliveries.push(deliver);
    this.#schedule();
  }

  /** Flushes `line` when this turn ends, after all deliveries. */
  flushAtEnd(line: { flush(): void }): void {
    this.#lines.push(line);
    this.#schedule();
  }

  /**
   * Calls `check` when this turn has ended and everything was flushed. No promise
   * is then half way to whoever waits for it: what was taken from a stream was seen.
   */
  checkAtEnd(check: () => void): void {
    this.#checks.push(check);
    this.#schedule();
  }

  /** Settles when this turn has ended and everything was flushed. */
  end(): Promise<void> {
    this.#end ??= settleable();
    this.#schedule();
    return this.#end.promise;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#finish());
  }

  #finish(): void {
    for (const deliver of this.#deliveries.splice(0)) deliver();
    const lines = this.#lines;
    const end = this.#end;
    this.#lines = [];
    this.#end = undefined;
    this.#isScheduled = false;
    for (const line of lines) line.flush();
    for (const check of this.#checks.splice(0)) check();
    end?.settle();
  }
}

function settleable() {
  let settle: (() => void) | undefined;
  const promise = new Promise<void>((resolve) => (settle = resolve));
  return { promise, settle: () => settle?.() };
}
