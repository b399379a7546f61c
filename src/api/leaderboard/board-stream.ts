import type { Freshness } from '../../model/change.js';
import type { Objective } from '../../model/objective.js';
import type { Trial } from '../../model/trial.js';
import { areAlike } from '../../stream/freshness.js';
import type { View } from '../../stream/keyed-views.js';
import { Pulls } from '../../stream/pulls.js';
import type { SetMessage } from '../../stream/set-message.js';
import type { SetStream } from '../../stream/set-stream.js';
import { boardOf } from './board.js';

interface Sources {
  /** Best first. */
  readonly trials: Trial;
}

/** A leaderboard as it is when it is taken: the whole list, each time; so each is a `reset`, and `cursor` is empty. */
export interface BoardMessage<S> extends SetMessage<Sources> {
  readonly subject: S;
}

export interface BoardStreamNeeds<S extends { readonly objective: Objective }> {
  /** Comes with each message. */
  readonly subject: S;
  /** Trials of the experiment; released at the end. */
  readonly view: View<Trial>;
  readonly top: number;
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
): BoardStream<S> {
  return new BoardStream<S>(needs);
}

type Result<S> = IteratorResult<BoardMessage<S>, undefined>;

export class BoardStream<S extends { readonly objective: Objective }> implements SetStream<Sources> {
  readonly #needs: BoardStreamNeeds<S>;
  readonly #board: ReturnType<typeof boardOf>;
  readonly #pulls = new Pulls<BoardMessage<S>>(this);
  readonly #ends: (() => void)[];
  #listener: (() => void) | undefined;
  #isBegun: boolean;
  #isEnded = false;
  #told: { readonly trials: readonly Trial[]; readonly freshness: Freshness } | undefined;

  constructor(needs: BoardStreamNeeds<S>) {
    this.#needs = needs;
    const { store, release } = needs.view;
    const waiting = new AbortController();
    this.#board = boardOf(store, needs.subject.objective);
    this.#ends = [this.#board.listen(this.#wake), store.onFreshness(this.#wake), () => waiting.abort(), release];
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

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get isCaughtUp(): boolean {
    return this.#told !== undefined && this.pending === 0;
  }

  /** One: the list as it is now, when that was not told. */
  get pending(): number {
    return this.#isTold(this.#best(), this.#needs.view.store.freshness) ? 0 : 1;
  }

  onReady(listener: () => void): void {
    this.#listener = listener;
  }

  take(): BoardMessage<S> | undefined {
    if (!this.#isBegun || this.#isEnded) return undefined;
    const trials = this.#best();
    const { freshness } = this.#needs.view.store;
    if (this.#isTold(trials, freshness)) return undefined;
    this.#told = { trials, freshness };
    const { subject } = this.#needs;
    return { subject, reset: true, synced: true, cursor: '', freshness, changed: { trials }, gone: [] };
  }

  next(): Promise<Result<S>> {
    return this.#pulls.next();
  }

  async return(): Promise<Result<S>> {
    this.#close();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<Result<S>> {
    this.#close();
    throw error;
  }

  #best(): readonly Trial[] {
    return this.#board.best(this.#needs.top);
  }

  #isTold(trials: readonly Trial[], freshness: Freshness): boolean {
    const told = this.#told;
    if (!told || trials.length !== told.trials.length || !areAlike(freshness, told.freshness)) return false;
    return trials.every((trial, place) => trial === told.trials[place]);
  }

  readonly #wake = (): void => {
    this.#listener?.();
    this.#pulls.wake();
  };

  #close(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const end of this.#ends) end();
    this.#listener?.();
    this.#pulls.serve();
  }
}
