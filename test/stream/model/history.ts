import fc from 'fast-check';
import { Client, nothing, type Holding } from './client.js';
import { Replica } from './replica.js';
import { Source } from './source.js';

const source = fc.constantFrom('a' as const, 'b' as const);
const one = fc.constantFrom(0 as const, 1 as const);
const key = fc.integer({ min: 0, max: 4 });
const group = fc.constantFrom('ours' as const, 'ours' as const, 'theirs' as const);
const phase = fc.constantFrom('waiting' as const, 'running' as const, 'ended' as const);
const few = fc.integer({ min: 1, max: 3 });

const is = <T extends string>(type: T) => fc.constant(type);

/** What can happen next, the common more often than the rare. */
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: is('put'), source, key, group, phase }) },
  { weight: 4, arbitrary: fc.record({ type: is('remove'), source, key }) },
  { weight: 8, arbitrary: fc.record({ type: is('hear'), replica: one, source, count: few }) },
  { weight: 5, arbitrary: fc.record({ type: is('read'), client: one }) },
  { weight: 5, arbitrary: fc.record({ type: is('catch up'), client: one }) },
  { weight: 3, arbitrary: fc.record({ type: is('drop'), client: one, losing: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ type: is('move'), client: one, replica: one }) },
  { weight: 2, arbitrary: fc.record({ type: is('restart'), replica: one }) },
  { weight: 2, arbitrary: fc.record({ type: is('list'), replica: one, source }) },
  { weight: 2, arbitrary: fc.record({ type: is('listed'), replica: one, source }) },
  { weight: 2, arbitrary: fc.record({ type: is('look'), replica: one, source }) },
  { weight: 1, arbitrary: fc.record({ type: is('compact'), source, kept: fc.integer({ min: 0, max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ type: is('down'), source, isDown: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: is('keep'), client: one }) },
  { weight: 2, arbitrary: fc.record({ type: is('go back'), client: one, replica: one }) },
  { weight: 1, arbitrary: fc.record({ type: is('stray'), client: one, replica: one }) },
);

export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

export const histories = fc.record({
  steps: fc.array(step, { maxLength: 40, size: 'max' }),
  partSize: fc.integer({ min: 1, max: 4 }),
  /** Touches and deletions that a replica remembers. */
  remembered: fc.integer({ min: 1, max: 12 }),
});

export interface Counts {
  /** Of readers that came back. */
  resumed: number;
  reset: number;
}

/** Two sources, two replicas of the server, two clients. */
export class World {
  readonly sources = { a: new Source('a'), b: new Source('b') };
  readonly counts: Counts;
  readonly #replicas: readonly [Replica, Replica];
  readonly #stranger: Replica;
  readonly #partSize: number;
  readonly #clients: [Client, Client];
  readonly #at: [0 | 1, 0 | 1] = [0, 1];
  readonly #kept: [Holding, Holding] = [nothing, nothing];

  constructor(partSize: number, remembered: number, counts: Counts) {
    this.counts = counts;
    this.#partSize = partSize;
    this.#replicas = [new Replica(this.sources, 'r', remembered), new Replica(this.sources, 's', remembered)];
    this.#stranger = new Replica({ a: new Source('other a'), b: new Source('other b') }, 't', remembered);
    this.#clients = [this.#connect(0, nothing), this.#connect(1, nothing)];
  }

  async take(next: Step): Promise<void> {
    if (next.type === 'put') this.sources[next.source].put(`${next.source}${next.key}`, next.group, next.phase);
    else if (next.type === 'remove') this.sources[next.source].remove(`${next.source}${next.key}`);
    else if (next.type === 'compact') this.sources[next.source].compact(next.kept);
    else if (next.type === 'down') this.sources[next.source].isDown = next.isDown;
    else if ('client' in next) await this.#takeOfClient(next);
    else if (next.type === 'restart') await this.#restart(next.replica);
    else {
      const sight = this.#replicas[next.replica].sights[next.source];
      if (next.type === 'hear') sight.hear(next.count);
      else if (next.type === 'list') sight.beginList();
      else if (next.type === 'listed') sight.endList();
      else sight.look();
    }
  }

  /** Whoever came back now and read on would hold what is shown there: each client to another replica, in turns. */
  async check(turn: number): Promise<void> {
    for (const [index, client] of this.#clients.entries()) {
      const replica = this.#replicas[(turn + index) % 2 === 0 ? 0 : 1];
      const probe = new Client(replica, client.holding, this.#partSize);
      await probe.catchUp();
      if (client.cursor !== undefined) this.counts[probe.resets === 0 ? 'resumed' : 'reset'] += 1;
      await probe.close();
    }
  }

  /** Everybody hears and reads everything. @returns what each client holds in the end, without the notes */
  async settle(): Promise<Map<string, unknown>[]> {
    for (const { sights } of this.#replicas) {
      for (const sight of Object.values(sights)) {
        sight.endList();
        sight.hear(Infinity);
      }
    }
    for (const client of this.#clients) await client.catchUp();
    return this.#clients.map(
      ({ holding }) => new Map([...holding.things].map(([id, { note: _note, ...thing }]) => [id, thing])),
    );
  }

  async close(): Promise<void> {
    for (const client of this.#clients) await client.close();
  }

  async #takeOfClient(next: Extract<Step, { readonly client: 0 | 1 }>): Promise<void> {
    const client = this.#clients[next.client];
    if (next.type === 'read') await client.read();
    else if (next.type === 'catch up') await client.catchUp();
    else if (next.type === 'keep') this.#kept[next.client] = client.holding;
    else if (next.type === 'drop') {
      if (next.losing) await client.lose();
      await this.#reconnect(next.client, this.#at[next.client], client.holding);
    } else if (next.type === 'move') await this.#reconnect(next.client, next.replica, client.holding);
    else if (next.type === 'go back') await this.#reconnect(next.client, next.replica, this.#kept[next.client]);
    else await this.#stray(next.client, next.replica);
  }

  /** Comes with a cursor of other sources: it must not be taken for one of these. */
  async #stray(client: 0 | 1, replica: 0 | 1): Promise<void> {
    const elsewhere = new Client(this.#stranger, nothing);
    await elsewhere.catchUp();
    await this.#reconnect(client, replica, { ...this.#clients[client].holding, cursor: elsewhere.cursor });
    await elsewhere.close();
  }

  async #restart(replica: 0 | 1): Promise<void> {
    this.#replicas[replica].restart();
    for (const client of [0, 1] as const) {
      if (this.#at[client] === replica) await this.#reconnect(client, replica, this.#clients[client].holding);
    }
  }

  async #reconnect(client: 0 | 1, replica: 0 | 1, holding: Holding): Promise<void> {
    await this.#clients[client].close();
    this.#at[client] = replica;
    this.#clients[client] = this.#connect(replica, holding);
  }

  #connect(replica: 0 | 1, holding: Holding): Client {
    return new Client(this.#replicas[replica], holding, this.#partSize);
  }
}
