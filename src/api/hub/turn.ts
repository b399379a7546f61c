/** Told at the end of a turn of the event loop. */
export interface Turning {
  turn(): void;
}

interface Flushing {
  flush(): void;
}

interface Settling {
  settle(): void;
}

/**
 * The turns of the event loop: what becomes ready in one turn is made and
 * written at its end, so that a burst costs one message per feed and one write
 * per socket.
 *
 * Objects and not functions are told, since thousands may be told each turn.
 */
export class Turn {
  #makers: Turning[] = [];
  #deliveries: (() => void)[] = [];
  #lines: Flushing[] = [];
  #settling: Settling[] = [];
  #isScheduled = false;

  /** Lets `maker` make what it has to say when this turn ends, before all deliveries. */
  makeAtEnd(maker: Turning): void {
    this.#makers.push(maker);
    this.#schedule();
  }

  /** Calls `deliver` when this turn ends: what it puts on lines is flushed then too. */
  deliverAtEnd(deliver: () => void): void {
    this.#deliveries.push(deliver);
    this.#schedule();
  }

  /** Flushes `line` when this turn ends, after all deliveries. */
  flushAtEnd(line: Flushing): void {
    this.#lines.push(line);
    this.#schedule();
  }

  /** Settles `one` when this turn has ended and everything was flushed. */
  settleAtEnd(one: Settling): void {
    this.#settling.push(one);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#finish());
  }

  #finish(): void {
    const makers = this.#makers;
    this.#makers = [];
    for (const maker of makers) maker.turn();
    // A delivery may bring another, such as to forget what it made.
    while (this.#deliveries.length > 0) for (const deliver of this.#deliveries.splice(0)) deliver();
    const lines = this.#lines;
    this.#lines = [];
    for (const line of lines) line.flush();
    const settling = this.#settling;
    this.#settling = [];
    this.#isScheduled = false;
    for (const one of settling) one.settle();
    if (this.#makers.length > 0) this.#schedule();
  }
}
