import { scoreOf, type Objective } from './objective.js';
import type { Trial } from './trial.js';

interface Place {
  readonly trial: Trial;
  readonly score: number;
}

/**
 * The best trials of one experiment by its objective, ties by lower index.
 *
 * Holds at most 2 × `limit` trials, however many there are. A trial that cannot
 * be among them costs one comparison; one that can, a binary search. Only when
 * so many of the held ones were taken back that fewer than `limit` are left,
 * those that were let go are missed: `isShort` then, until it is filled again.
 */
export class Ranking {
  readonly #objective: Objective;
  readonly #limit: number;
  /** Best first. No trial outside is better than any in here. */
  #places: Place[] = [];
  readonly #held = new Map<number, Place>();
  #hasLetGo = false;

  constructor(objective: Objective, limit: number) {
    this.#objective = objective;
    this.#limit = limit;
  }

  /** True when trials may be missing from the best `limit`: call `refill`. */
  get isShort(): boolean {
    return this.#hasLetGo && this.#places.length < this.#limit;
  }

  /** The best, at most `limit` of them; good only while it is not short. */
  best(count: number): Trial[] {
    return this.#places.slice(0, Math.min(count, this.#limit)).map(({ trial }) => trial);
  }

  /** Takes over how a trial stands now. @returns true when the best may be others than before */
  put(trial: Trial): boolean {
    const wasHeld = this.remove(trial.index);
    const score = scoreOf(trial, this.#objective);
    if (score === undefined) return wasHeld;
    return this.#insert({ trial, score }) || wasHeld;
  }

  /** @returns true when the best may be others than before */
  remove(index: number): boolean {
    const place = this.#held.get(index);
    if (!place) return false;
    this.#held.delete(index);
    this.#places.splice(this.#placeFor(place), 1);
    return true;
  }

  /** Begins anew with all trials there are. */
  refill(trials: Iterable<Trial>): void {
    this.#places = [];
    this.#held.clear();
    this.#hasLetGo = false;
    for (const trial of trials) this.put(trial);
  }

  #insert(place: Place): boolean {
    const at = this.#placeFor(place);
    // Behind the last one held it could be worse than one that was let go.
    if (at === this.#places.length && (this.#hasLetGo || at === 2 * this.#limit)) {
      this.#hasLetGo = true;
      return false;
    }
    this.#places.splice(at, 0, place);
    this.#held.set(place.trial.index, place);
    if (this.#places.length > 2 * this.#limit) this.#letGoOfLast();
    return true;
  }

  #letGoOfLast(): void {
    const last = this.#places.pop();
    if (last) this.#held.delete(last.trial.index);
    this.#hasLetGo = true;
  }

  /** How many of the held ones are better. */
  #placeFor(place: Place): number {
    let [low, high] = [0, this.#places.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#places[middle];
      if (other && this.#isBetter(other, place)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isBetter(one: Place, other: Place): boolean {
    if (one.score === other.score) return one.trial.index < other.trial.index;
    return this.#objective.goal === 'MAXIMIZE' ? one.score > other.score : one.score < other.score;
  }
}
