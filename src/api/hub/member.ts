import type { Reader } from './feed.js';
import type { Group } from './group.js';
import type { Line } from './line.js';
import type { SharedSource } from './shared-source.js';

export interface MemberNeeds {
  readonly id: string;
  readonly line: Line;
  readonly group: Group;
  readonly source: SharedSource;
  /** Called once, however it ends. */
  readonly onLeft: (group: Group) => void;
}

type Ended = IteratorResult<never, undefined>;

/**
 * One shared subscription on one socket, as graphql-ws sees it: an iterator
 * that stays parked, since the hub writes its messages past the library. It
 * settles when the source ends or fails, so that the library says `complete` or
 * `error`; its `return()` leaves the hub.
 */
export class Member implements Reader, AsyncIterableIterator<never, undefined> {
  readonly id: string;
  readonly idBytes: number;
  readonly line: Line;
  isOpen = true;
  readonly #needs: MemberNeeds;
  #failure: { readonly error: unknown } | undefined;
  #parked: { readonly cursor: string | undefined } | undefined;
  #waiting: { readonly resolve: (result: Ended) => void; readonly reject: (error: unknown) => void } | undefined;

  constructor(needs: MemberNeeds) {
    this.#needs = needs;
    this.line = needs.line;
    this.id = JSON.stringify(needs.id);
    this.idBytes = Buffer.byteLength(this.id);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The first pull begins: from then on the library knows of the subscription and may end it. */
  next(): Promise<Ended> {
    if (this.#failure) return Promise.reject(this.#failure.error as Error);
    if (!this.isOpen) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      const isFirst = this.#waiting === undefined;
      this.#waiting = { resolve, reject };
      if (!isFirst) return;
      this.line.add(this);
      this.#begin(this.#needs.source.needs.after);
    });
  }

  return(): Promise<Ended> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<Ended> {
    this.end();
    return Promise.reject(error as Error);
  }

  end(): void {
    this.#leave();
    this.#waiting?.resolve({ done: true, value: undefined });
  }

  fail(error: unknown): void {
    this.#leave();
    this.#failure = { error };
    this.#waiting?.reject(error);
  }

  park(): void {
    this.#parked ??= this.#needs.group.release(this);
  }

  resume(): void {
    const parked = this.#parked;
    this.#parked = undefined;
    if (parked && this.isOpen) this.#begin(parked.cursor);
  }

  #begin(after: string | undefined): void {
    const { group, source } = this.#needs;
    group.begin(source, after, this).catch((error: unknown) => this.fail(error));
  }

  #leave(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.line.remove(this);
    this.#needs.group.leave(this);
    this.#needs.onLeft(this.#needs.group);
  }
}
