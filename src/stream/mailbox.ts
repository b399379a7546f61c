interface Unread<T, P> {
  readonly key: string;
  readonly position: P;
  value: T;
}

/**
 * A queue of changes for one subscriber, in which a newer change replaces an
 * unread older one for the same key.
 *
 * A slow subscriber therefore skips states but never sees them out of order,
 * and holds at most one entry per live key: memory is bounded by the number of
 * objects, not by how far the subscriber lags. The order is that of each key's
 * first unread change.
 *
 * Not an async generator on purpose: `return()` on a generator parked at an
 * `await` does not settle until the next event, so a disconnected client would
 * leak. Here nothing is awaited at all: who waits is whoever reads.
 */
export class Mailbox<T, P> {
  /** The oldest one by itself: mostly there is no other, and thousands of mailboxes then need no map. */
  #first: Unread<T, P> | undefined;
  #others: Map<string, Unread<T, P>> | undefined;

  get size(): number {
    return this.#first ? 1 + (this.#others?.size ?? 0) : 0;
  }

  /** Where the first unread change stood in its source; undefined when everything has been read. */
  get oldest(): P | undefined {
    return this.#first?.position;
  }

  /** What is unread of `key`. */
  get(key: string): T | undefined {
    return this.#find(key)?.value;
  }

  /** @param position Of the change in its source; never less than that of an earlier call. */
  put(key: string, value: T, position: P): void {
    const unread = this.#find(key);
    if (unread) unread.value = value;
    else if (this.#first) (this.#others ??= new Map()).set(key, { key, position, value });
    else this.#first = { key, position, value };
  }

  /** There is nothing to say about `key` any more. */
  remove(key: string): void {
    if (this.#first?.key === key) this.#advance();
    else this.#others?.delete(key);
  }

  /** Gives up to `limit` of the first entries to `read`, which are then read. @returns how many */
  take(limit: number, read: (key: string, value: T) => void): number {
    const first = this.#first;
    if (!first || limit < 1) return 0;
    let taken = 1;
    this.#first = undefined;
    read(first.key, first.value);
    if (!this.#others) return taken;
    for (const next of this.#others.values()) {
      this.#others.delete(next.key);
      if (taken === limit) {
        this.#first = next;
        return taken;
      }
      taken += 1;
      read(next.key, next.value);
    }
    this.#others = undefined;
    return taken;
  }

  clear(): void {
    this.#first = this.#others = undefined;
  }

  #find(key: string): Unread<T, P> | undefined {
    return this.#first?.key === key ? this.#first : this.#others?.get(key);
  }

  #advance(): void {
    this.#first = undefined;
    if (!this.#others) return;
    for (const next of this.#others.values()) {
      this.#first = next;
      this.#others.delete(next.key);
      return;
    }
    this.#others = undefined;
  }
}
