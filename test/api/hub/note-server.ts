import pino from 'pino';
import { SharedSource } from '../../../src/api/hub/shared-source.js';
import { startHttp } from '../../../src/api/http/server.js';
import type { HttpNeeds } from '../../../src/api/http/server.js';
import { createLiveStore } from '../../../src/stream/live-store.js';
import type { LiveStore } from '../../../src/stream/live-store.js';
import type { SetMessage } from '../../../src/stream/set-message.js';
import { openSetStream } from '../../../src/stream/set-stream.js';

export interface Note {
  readonly id: string;
  /** Only this viewer may see it; anybody when absent. */
  readonly owner?: string;
  readonly text: string;
  /** Grows with every change. */
  readonly version: number;
}

interface Viewer {
  readonly name: string;
}

interface Arguments {
  readonly after?: string;
  readonly maxRate?: number;
  readonly prefix?: string;
}

const typeDefs = `
  type Query { hello: String! }
  type Note { id: ID! text: String! version: Int! seenBy: String! fails: String }
  type Freshness { asOf: Float! staleSince: Float reason: String }
  type NoteChanges {
    reset: Boolean! synced: Boolean! cursor: String! freshness: Freshness! notes: [Note!]! gone: [ID!]!
  }
  type Subscription {
    notesChanged(prefix: String = "", after: String, maxRate: Float): NoteChanges!
  }
`;

export interface NoteServer extends AsyncDisposable {
  readonly url: string;
  readonly notes: LiveStore<Note>;
  readonly http: Awaited<ReturnType<typeof startHttp>>;
  /** How often a note was rendered. */
  rendered(): number;
  /** Streams that are open at this moment. */
  streams(): number;
  write(id: string, text: string, owner?: string): void;
  erase(id: string): void;
}

/** A server of notes, some of them private: what a hub has to get right, small. */
export async function startNotes(needs: Partial<HttpNeeds<Viewer>> = {}, partSize = 500): Promise<NoteServer> {
  const notes = createLiveStore<Note>();
  notes.apply({ type: 'synced' });
  notes.setFreshness({ asOf: 1 });
  let rendered = 0;
  let streams = 0;
  let version = 0;

  function notesChanged({ name }: Viewer, { after, maxRate, prefix = '' }: Arguments): SharedSource {
    const includes = ({ id, owner }: Note) => id.startsWith(prefix) && (owner ?? name) === name;
    return new SharedSource({
      viewerScope: name,
      after,
      maxRate,
      idOf: (note) => (note as Note).id,
      sourceOf: (field) => field,
      async open(from) {
        streams += 1;
        return openSetStream<{ notes: Note }>({
          scope: JSON.stringify([name, prefix]),
          sources: { notes: { store: notes, includes, goneId: (key) => key } },
          after: from,
          partSize,
          onClose: () => void (streams -= 1),
        });
      },
    });
  }

  const http = await startHttp<Viewer>({
    host: '127.0.0.1',
    port: 0,
    typeDefs,
    resolvers: {
      Query: { hello: () => 'hello' },
      Note: {
        text: ({ text }: Note) => {
          rendered += 1;
          return text;
        },
        seenBy: (_note: Note, _args: unknown, { name }: Viewer) => name,
        fails: () => {
          throw new Error('password=swordfish');
        },
      },
      Subscription: {
        notesChanged: {
          subscribe: (_parent: unknown, args: Arguments, viewer: Viewer) => notesChanged(viewer, args),
          resolve: ({ changed, ...rest }: SetMessage<{ notes: Note }>) => ({
            ...rest,
            cursor: rest.cursor,
            notes: changed.notes,
          }),
        },
      },
    },
    contextFor: async ({ authorization = 'nobody' }) => ({ name: authorization }),
    readiness: () => [],
    logger: pino({ level: 'silent' }),
    ...needs,
  });
  return {
    url: http.url,
    http,
    notes,
    rendered: () => rendered,
    streams: () => streams,
    write(id, text, owner) {
      version += 1;
      const object = { id, text, version, ...(owner !== undefined && { owner }) };
      notes.apply({ type: 'put', key: id, object });
    },
    erase: (id) => notes.apply({ type: 'gone', key: id }),
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

export async function withNotes(
  use: (server: NoteServer) => Promise<void>,
  needs: Partial<HttpNeeds<Viewer>> = {},
  partSize = 500,
): Promise<void> {
  const server = await startNotes(needs, partSize);
  try {
    await use(server);
  } finally {
    await server[Symbol.asyncDispose]();
  }
}
