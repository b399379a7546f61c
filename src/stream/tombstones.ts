/** Deletions, remembered for readers that come back: the newest `limit` of them. */
export class Tombstones<T> {
  readonly #limit: number;
  /** Oldest first. */
  readonly #stones = new Map<string, { readonly last: T; readonly sequence: number }>();
  /** Of the newest deletion that is not remembered any more. */
  #forgotten = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(key: string, last: T, sequence: number): void {
    this.#stones.set(key, { last, sequence });
    if (this.#stones.size <= this.#limit) return;
    const [oldest] = this.#stones;
    if (!oldest) return;
    this.#stones.delete(oldest[0]);
    this.#forgotten = oldest[1].sequence;
  }

  /** The object is back. */
  forget(key: string): void {
    this.#stones.delete(key);
  }

  /** Keys deleted after `sequence` and not back; undefined when some of them are forgotten. */
  since(sequence: number, isOfInterest: (last: T) => boolean): string[] | undefined {
    if (sequence < this.#forgotten) return undefined;
    const gone: string[] = [];
    for (const [key, stone] of this.#stones) if (stone.sequence > sequence && isOfInterest(stone.last)) gone.push(key);
    return gone;
  }
}
