import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { until } from '../http/ticking-server.js';
import { NoteReader } from './note-reader.js';
import { startNotes } from './note-server.js';
import type { NoteServer } from './note-server.js';

const people = ['ann', 'ben'] as const;
const id = fc.constantFrom('1', '2', '3', 'x1', 'x2');
const place = fc.nat({ max: 3 });
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('write' as const),
      id,
      owner: fc.option(fc.constantFrom(...people), { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('erase' as const), id }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('complete' as const), seat: place }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('cut' as const), seat: place }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('begin' as const), seat: place, resumes: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('turn' as const), turns: fc.integer({ min: 1, max: 6 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** More by an environment variable, for a night. */
const numRuns = Number(process.env['GLADOS_TEST_HISTORIES'] ?? 150);

describe('any number of readers of equal and unequal subscriptions', () => {
  let server: NoteServer;
  beforeAll(async () => {
    server = await startNotes({}, 3);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  it('each end in what its viewer may see, and never get a byte of what it may not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, paced) => {
        const seats = people.flatMap((viewer) => [
          new Seat(server, viewer, paced ? { maxRate: 400 } : {}),
          new Seat(server, viewer, viewer === 'ann' ? { prefix: 'x' } : {}),
        ]);
        try {
          for (const seat of seats) await seat.begin(false);
          for (const [number, one] of steps.entries()) await take(server, seats, one, number);
          for (const seat of seats) if (!seat.reader) await seat.begin(true);
          await until(() => seats.every((seat) => seat.isRight()));
          expect(seats.flatMap((one) => one.faults())).toEqual([]);
        } finally {
          for (const seat of seats) seat.reader?.socket.cut();
          for (const each of ['1', '2', '3', 'x1', 'x2']) server.erase(each);
        }
      }),
      { numRuns },
    );
    await until(() => server.streams() === 0 && server.http.counts().groups === 0);
  }, 120_000);
});

async function take(server: NoteServer, seats: readonly Seat[], one: Step, number: number): Promise<void> {
  const chosen = 'seat' in one ? seats[one.seat] : undefined;
  if (one.type === 'write') server.write(one.id, `for-${one.owner ?? 'all'}-${number % 3}`, one.owner);
  else if (one.type === 'erase') server.erase(one.id);
  else if (one.type === 'turn') for (let turn = 0; turn < one.turns; turn += 1) await new Promise(setImmediate);
  else if (one.type === 'cut') chosen?.leave(true);
  else if (one.type === 'complete') chosen?.leave(false);
  else if (!chosen?.reader) await chosen?.begin(one.resumes);
}

/** One client over all its sockets. */
class Seat {
  readonly #server: NoteServer;
  readonly #viewer: string;
  readonly #variables: { readonly prefix?: string; readonly maxRate?: number };
  readonly #past: NoteReader[] = [];
  reader: NoteReader | undefined;

  constructor(server: NoteServer, viewer: string, variables: { readonly prefix?: string; readonly maxRate?: number }) {
    this.#server = server;
    this.#viewer = viewer;
    this.#variables = variables;
  }

  async begin(resumes: boolean): Promise<void> {
    const last = this.#past.at(-1);
    const reader = await NoteReader.open(this.#server.url, this.#viewer);
    const after = resumes ? last?.cursor : undefined;
    if (after !== undefined && last) for (const [key, note] of last.held) reader.held.set(key, note);
    this.reader = reader.subscribe({ ...this.#variables, ...(after !== undefined && { after }) });
  }

  leave(hard: boolean): void {
    if (!this.reader) return;
    this.#past.push(this.reader);
    if (hard) this.reader.socket.cut();
    else this.reader.socket.say({ id: this.reader.id, type: 'complete' });
    this.reader = undefined;
  }

  isRight(): boolean {
    const { prefix = '' } = this.#variables;
    const notes = [...this.#server.notes.values()].filter(
      (note) => note.id.startsWith(prefix) && (note.owner ?? this.#viewer) === this.#viewer,
    );
    const held = this.reader?.held;
    return held?.size === notes.length && notes.every((note) => held.get(note.id)?.text === note.text);
  }

  faults(): string[] {
    const all = [...this.#past, ...(this.reader ? [this.reader] : [])];
    const strangers = people.filter((name) => name !== this.#viewer);
    return all.flatMap(({ wrong, socket }) => {
      const text = JSON.stringify(socket.received);
      return [...wrong, ...strangers.filter((name) => text.includes(`for-${name}`) || text.includes(`"${name}"`))];
    });
  }
}
