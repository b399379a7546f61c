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
  readonly #entries = new Map<string, { readonly position: P; value: T }>();

  get size(): number {
    return this.#entries.size;
  }

  /** Where the first unread change stood in its source; undefined when everything has been read. */
  get oldest(): P | undefined {
    const [first] = this.#entries.values();
    return first?.position;
  }

  /** What is unread of `key`. */
  get(key: string): T | undefined {
    return this.#entries.get(key)?.value;
  }

  /** @param position Of the change in its source; never less than that of an earlier call. */
  put(key: string, value: T, position: P): void {
    const unread = this.#entries.get(key);
    if (unread) unread.value = value;
    else this.#entries.set(key, { position, value });
  }

  /** There is nothing to say about `key` any more. */
  remove(key: string): void {
    this.#entries.delete(key);
  }

  /** Gives up to `limit` of the first entries to `read`, which are then read. @returns how many */
  take(limit: number, read: (key: string, value: T) => void): number {
    let taken = 0;
    for (const [key, { value }] of this.#entries) {
      if (taken === limit) break;
      taken += 1;
      this.#entries.delete(key);
      read(key, value);
    }
    return taken;
  }

  clear(): void {
    this.#entries.clear();
  }
}
