import type { ClientOptions } from 'ws';
import { openReady } from '../http/raw-socket.js';
import type { Message, RawSocket } from '../http/raw-socket.js';

export interface Seen {
  readonly id: string;
  readonly text: string;
  readonly version: number;
}

export interface Told {
  readonly reset: boolean;
  readonly synced: boolean;
  readonly cursor: string;
  readonly notes: readonly Seen[];
  readonly gone: readonly string[];
}

export const everything = `subscription ($prefix: String, $after: String, $maxRate: Float) {
  notesChanged(prefix: $prefix, after: $after, maxRate: $maxRate) {
    reset synced cursor notes { id text version seenBy } gone freshness { staleSince }
  }
}`;

/** A client as the schema describes it, that complains when the order of an object goes back. */
export class NoteReader {
  readonly held = new Map<string, Seen>();
  readonly told: Told[] = [];
  readonly wrong: string[] = [];
  readonly socket: RawSocket;
  readonly id: string;
  readonly #newest = new Map<string, number>();
  cursor: string | undefined;

  constructor(socket: RawSocket, id: string) {
    this.socket = socket;
    this.id = id;
    socket.onMessage((message) => message.id === id && this.#take(message));
  }

  static async open(url: string, viewer: string, id = 'a', options: ClientOptions = {}): Promise<NoteReader> {
    return new NoteReader(await openReady(url, { authorization: viewer }, options), id);
  }

  subscribe(variables: object = {}, query = everything): this {
    this.socket.say({ id: this.id, type: 'subscribe', payload: { query, variables } });
    return this;
  }

  get texts(): Record<string, string> {
    return Object.fromEntries([...this.held].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, { text }]) => [id, text]));
  }

  #take({ type, payload }: Message): void {
    if (type !== 'next') return;
    const { data } = payload as { data: { notesChanged: Told } };
    const told = data.notesChanged;
    this.told.push(told);
    if (told.reset) this.held.clear();
    for (const note of told.notes ?? []) {
      if (note.version < (this.#newest.get(note.id) ?? 0)) this.wrong.push(`${note.id} went back`);
      this.#newest.set(note.id, note.version);
      this.held.set(note.id, note);
    }
    for (const id of told.gone ?? []) this.held.delete(id);
    this.cursor = told.cursor;
  }
}
