import type { Reader } from './feed.js';
import type { Group } from './group.js';
import type { Line } from './line.js';

/** Whoever subscribed, and is told how it ends; what is said until then the hub writes itself. */
export interface Subscriber {
  /** JSON text of the id of its operation. */
  readonly id: string;
  /** The source has ended. */
  ended(): void;
  failed(error: unknown): void;
}

export interface MemberNeeds {
  readonly subscriber: Subscriber;
  readonly line: Line;
  readonly group: Group;
  /** The cursor to begin behind. */
  readonly after: string | undefined;
}

/** One shared subscription on one socket: it begins, and ends by itself or is left. */
export class Member implements Reader {
  readonly id: string;
  readonly idBytes: number;
  readonly line: Line;
  isOpen = true;
  readonly #subscriber: Subscriber;
  readonly #group: Group;
  #parked: { readonly cursor: string | undefined } | undefined;

  constructor({ subscriber, line, group, after }: MemberNeeds) {
    this.id = subscriber.id;
    this.idBytes = Buffer.byteLength(this.id);
    this.line = line;
    this.#subscriber = subscriber;
    this.#group = group;
    this.#parked = { cursor: after };
  }

  /** Called once, when the subscriber is ready to be told of its end. */
  begin(): void {
    this.line.add(this);
    this.resume();
  }

  /** Nothing is said any more, of its end neither. */
  leave(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.line.remove(this);
    this.#group.leave(this);
    this.#group.lose();
  }

  end(): void {
    this.leave();
    this.#subscriber.ended();
  }

  fail(error: unknown): void {
    this.leave();
    this.#subscriber.failed(error);
  }

  park(): void {
    this.#parked ??= this.#group.release(this);
  }

  resume(): void {
    const parked = this.#parked;
    this.#parked = undefined;
    if (!parked || !this.isOpen) return;
    this.#group.begin(parked.cursor, this).catch((error: unknown) => this.fail(error));
  }
}
