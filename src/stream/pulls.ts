/** What can be taken from without waiting. */
export interface Takeable<M> {
  /** Undefined when there is nothing to take now. @throws what made it fail, once */
  take(): M | undefined;
  readonly isEnded: boolean;
}

interface Pull<M> {
  resolve(result: IteratorResult<M, undefined>): void;
  reject(error: unknown): void;
}

/** Those who wait for the next message of a source: each gets one, in the order of their asking. */
export class Pulls<M> {
  readonly #source: Takeable<M>;
  readonly #parked: Pull<M>[] = [];
  #isServing = false;

  constructor(source: Takeable<M>) {
    this.#source = source;
  }

  /** Settles with a message, or with the end. @throws what made the source fail, to one who asks */
  next(): Promise<IteratorResult<M, undefined>> {
    return new Promise((resolve, reject) => {
      this.#parked.push({ resolve, reject });
      this.serve();
    });
  }

  /** There may be something to take: in a microtask, so that what changes together is told together. */
  wake(): void {
    if (this.#isServing || this.#parked.length === 0) return;
    this.#isServing = true;
    queueMicrotask(() => {
      this.#isServing = false;
      this.serve();
    });
  }

  serve(): void {
    for (let first = this.#parked[0]; first; first = this.#parked[0]) {
      try {
        const value = this.#source.take();
        if (value === undefined && !this.#source.isEnded) return;
        this.#parked.shift();
        first.resolve(value === undefined ? { done: true, value: undefined } : { done: false, value });
      } catch (error) {
        this.#parked.shift();
        first.reject(error);
      }
    }
  }
}
