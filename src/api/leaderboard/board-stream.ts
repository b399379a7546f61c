import type { Freshness } from '../../model/change.js';
import type { Objective } from '../../model/objective.js';
import type { Trial } from '../../model/trial.js';
import { areAlike } from '../../stream/freshness.js';
import type { View } from '../../stream/keyed-views.js';
import { boardOf } from './board.js';

/** A leaderboard as it is when it is taken: the whole list, each time. */
export interface BoardMessage<S> {
  readonly subject: S;
  /** Best first. */
  readonly trials: readonly Trial[];
  readonly freshness: Freshness;
}

export interface BoardStreamNeeds<S extends { readonly objective: Objective }> {
  /** Comes with each message. */
  readonly subject: S;
  /** Trials of the experiment; released at the end. */
  readonly view: View<Trial>;
  readonly top: number;
  /** Messages a second, at most. */
  readonly maxRate?: number | undefined;
  /** What is worth a message besides the first; both when left out. */
  readonly tells?: { readonly trials: boolean; readonly freshness: boolean } | undefined;
  /** How long the store may take to be filled before what there is gets sent; 5,000 when left out. */
  readonly patienceMs?: number | undefined;
}

/**
 * Tells the best trials at once, then again whenever they are others, or the source
 * becomes stale or current again. A slow reader skips lists and gets the newest:
 * nothing is made before it is asked for, and nothing waits to be taken.
 *
 * `return()` settles at once, also while `next()` is parked.
 */
export function openBoardStream<S extends { readonly objective: Objective }>(
  needs: BoardStreamNeeds<S>,
): AsyncIterableIterator<BoardMessage<S>, undefined> {
  return new BoardStream<S>(needs);
}

type Result<S> = IteratorResult<BoardMessage<S>, undefined>;

class BoardStream<S extends { readonly objective: Objective }> implements AsyncIterableIterator<
  BoardMessage<S>,
  undefined
> {
  readonly #needs: BoardStreamNeeds<S>;
  readonly #board: ReturnType<typeof boardOf>;
  readonly #pulls: ((result: Result<S>) => void)[] = [];
  readonly #ends: (() => void)[];
  #isBegun: boolean;
  #isClosed = false;
  #isFlushing = false;
  #timer: NodeJS.Timeout | undefined;
  #told: { readonly message: BoardMessage<S>; readonly at: number } | undefined;

  constructor(needs: BoardStreamNeeds<S>) {
    this.#needs = needs;
    const { store, release } = needs.view;
    const wake = (): void => this.#wake();
    const waiting = new AbortController();
    this.#board = boardOf(store, needs.subject.objective);
    this.#ends = [this.#board.listen(wake), store.onFreshness(wake), () => waiting.abort(), release];
    this.#isBegun = store.synced;
    if (this.#isBegun) return;
    const begin = (): void => {
      this.#isBegun = true;
      this.#wake();
    };
    const patience = setTimeout(begin, needs.patienceMs ?? 5_000);
    this.#ends.push(() => clearTimeout(patience));
    // Aborted: the stream has ended, and there is nothing to begin.
    store.whenSynced(waiting.signal).then(begin, () => undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result<S>> {
    return new Promise((resolve) => {
      this.#pulls.push(resolve);
      this.#flush();
    });
  }

  return(): Promise<Result<S>> {
    this.#close();
    return Promise.resolve({ done: true, value: undefined });
  }

  async throw(error: unknown): Promise<Result<S>> {
    this.#close();
    throw error;
  }

  /** In a microtask, so that what changes together is told together. */
  #wake(): void {
    if (this.#isFlushing || this.#pulls.length === 0) return;
    this.#isFlushing = true;
    queueMicrotask(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#isClosed) {
      for (const resolve of this.#pulls.splice(0)) resolve({ done: true, value: undefined });
      return;
    }
    if (!this.#isBegun || this.#timer || this.#pulls.length === 0) return;
    const message: BoardMessage<S> = {
      subject: this.#needs.subject,
      trials: this.#board.best(this.#needs.top),
      freshness: this.#needs.view.store.freshness,
    };
    if (!this.#isNews(message)) return;
    const waitMs = this.#waitMs();
    if (waitMs > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#flush();
      }, waitMs);
      return;
    }
    this.#told = { message, at: performance.now() };
    this.#pulls.shift()?.({ done: false, value: message });
  }

  #isNews({ trials, freshness }: BoardMessage<S>): boolean {
    const told = this.#told?.message;
    if (!told) return true;
    const tells = this.#needs.tells ?? { trials: true, freshness: true };
    const isOther = trials.length !== told.trials.length || trials.some((trial, place) => trial !== told.trials[place]);
    return (tells.trials && isOther) || (tells.freshness && !areAlike(freshness, told.freshness));
  }

  #waitMs(): number {
    const { maxRate } = this.#needs;
    if (maxRate === undefined || !this.#told) return 0;
    return this.#told.at + 1_000 / maxRate - performance.now();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const end of this.#ends) end();
    this.#flush();
  }
}
