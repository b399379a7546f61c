import type { LiveStore } from '../../src/stream/live-store.js';
import type { SetMessage } from '../../src/stream/set-message.js';
import { openSetStream } from '../../src/stream/set-stream.js';

export interface Thing {
  readonly id: string;
  readonly group: 'ours' | 'theirs';
  readonly value: number;
}

export interface Things {
  readonly a: Thing;
  readonly b: Thing;
}

/** A client as the schema describes it: forgets on reset, takes over what changed, drops what is gone, resumes by cursor. */
export class SetClient {
  readonly held = new Map<string, Thing>();
  readonly messages: SetMessage<Things>[] = [];
  readonly #stores: { readonly [Name in keyof Things]: LiveStore<Thing> };
  readonly #partSize: number;
  #stream: AsyncIterableIterator<SetMessage<Things>>;
  #parked: Promise<boolean> | undefined;
  cursor: string | undefined;

  constructor(stores: { readonly [Name in keyof Things]: LiveStore<Thing> }, partSize: number) {
    this.#stores = stores;
    this.#partSize = partSize;
    this.#stream = this.#open();
  }

  /** Takes one message when there is one; leaves the pull parked, as a server would, when there is none. */
  async pull(): Promise<boolean> {
    this.#parked ??= this.#next();
    const settled = await Promise.race([this.#parked, tick()]);
    if (settled === undefined) return false;
    this.#parked = undefined;
    return settled;
  }

  async pullAll(): Promise<void> {
    while (await this.pull());
  }

  /** The connection breaks and the client comes back with its last cursor; `losing` the message that was on its way. */
  async reconnect(losing: boolean): Promise<void> {
    if (losing && !this.#parked) await Promise.race([this.#stream.next(), tick()]);
    await this.#stream.return?.();
    this.#parked = undefined;
    this.#stream = this.#open();
  }

  async close(): Promise<void> {
    await this.#stream.return?.();
  }

  #open(): AsyncIterableIterator<SetMessage<Things>> {
    const source = (name: keyof Things) => ({
      store: this.#stores[name],
      includes: ({ group }: Thing) => group === 'ours',
      goneId: (key: string) => key,
    });
    return openSetStream<Things>({
      scope: '',
      sources: { a: source('a'), b: source('b') },
      after: this.cursor,
      partSize: this.#partSize,
      patienceMs: 0,
    });
  }

  async #next(): Promise<boolean> {
    const { value, done } = await this.#stream.next();
    if (done) return false;
    const message = value as SetMessage<Things>;
    this.messages.push(message);
    if (message.reset) this.held.clear();
    for (const thing of [...message.changed.a, ...message.changed.b]) this.held.set(thing.id, thing);
    for (const id of message.gone) this.held.delete(id);
    this.cursor = message.cursor;
    return true;
  }
}

/** Long enough for everything that is ready to be said. */
function tick(): Promise<undefined> {
  return new Promise((resolve) => void setTimeout(resolve, 1));
}
