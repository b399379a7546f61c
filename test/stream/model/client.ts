import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import type { SetMessage } from '../../../src/stream/set-message.js';
import { openSetStream, type SetStream } from '../../../src/stream/set-stream.js';
import type { Replica } from './replica.js';
import type { Thing } from './source.js';

interface Things {
  readonly a: Thing;
  readonly b: Thing;
}

/** What a client holds, and the cursor of the last message that made it so. */
export interface Holding {
  readonly things: ReadonlyMap<string, Thing>;
  readonly cursor: string | undefined;
}

export const nothing: Holding = { things: new Map(), cursor: undefined };

/** A client as the schema describes it, on one replica. It fails where an object goes back without a reset. */
export class Client {
  readonly #replica: Replica;
  readonly #stream: SetStream<Things>;
  #things: Map<string, Thing>;
  #messages = 0;
  cursor: string | undefined;
  resets = 0;

  constructor(replica: Replica, { things, cursor }: Holding, partSize = 500) {
    this.#replica = replica;
    this.#things = new Map(things);
    this.cursor = cursor;
    const source = (name: keyof Things) => ({
      store: replica.sights[name].shown,
      includes: ({ group }: Thing) => group === 'ours',
      goneId: (key: string) => key,
    });
    this.#stream = openSetStream<Things>({
      scope: 'things',
      sources: { a: source('a'), b: source('b') },
      after: cursor,
      partSize,
    });
  }

  get holding(): Holding {
    return { things: new Map(this.#things), cursor: this.cursor };
  }

  /** Takes one message if there is one. */
  async read(): Promise<boolean> {
    if (this.#messages > 0 && this.#stream.isCaughtUp) return false;
    const { value } = await this.#stream.next();
    this.#messages += 1;
    this.#apply(value as SetMessage<Things>);
    return true;
  }

  /** A message is on its way and is lost with the connection. */
  async lose(): Promise<void> {
    if (this.#messages === 0 || !this.#stream.isCaughtUp) await this.#stream.next();
  }

  /** Afterwards it holds what the replica shows, or this fails. */
  async catchUp(): Promise<void> {
    while (await this.read());
    const shown = [...this.#replica.sights.a.shown.values(), ...this.#replica.sights.b.shown.values()];
    const ours = shown.filter(({ group }) => group === 'ours');
    const wanted = new Map(ours.map((thing) => [thing.id, thing]));
    // Compared a hundred thousand times: jest's own comparison is for the one that fails.
    if (!isDeepStrictEqual(this.#things, wanted)) expect(this.#things).toEqual(wanted);
    if (this.#stream.pending > 0) throw new Error('Something is pending after everything was read.');
  }

  async close(): Promise<void> {
    await this.#stream.return?.();
  }

  #apply({ reset, changed, gone, cursor }: SetMessage<Things>): void {
    if (reset) {
      this.resets += 1;
      this.#things.clear();
    }
    for (const thing of [...changed.a, ...changed.b]) {
      const held = this.#things.get(thing.id);
      if (held && held.version > thing.version) throw new Error(`${thing.id} went back to ${thing.version}.`);
      this.#things.set(thing.id, thing);
    }
    for (const id of gone) this.#things.delete(id);
    this.cursor = cursor;
  }
}
