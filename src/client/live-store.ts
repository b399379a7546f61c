import type { ConnectionState } from './connection-state.js';
import type { Observed } from './observed.js';
import { createListeners } from './observed.js';
import type { RequestError } from './request.js';
import type { Follower } from './stream.js';

/** How far what a store holds can be relied on. */
export interface Standing {
  /** Of the client's one socket. */
  readonly connection: ConnectionState;
  /** Why nothing comes for a while; undefined again with the next change. The content stays as last known. */
  readonly interrupted: string | undefined;
  /** True when nothing comes any more: closed by the user or the server, or refused. */
  readonly ended: boolean;
  /** Why the server refused. */
  readonly error: RequestError | undefined;
}

/** A plain object that is kept current. Listeners are told at most once per frame (16 ms), however much comes. */
export interface LiveStore<Content> extends Observed<Content & Standing> {
  /** The same as `getSnapshot()`. */
  readonly current: Content & Standing;
}

export interface LiveStoreNeeds<Change, Content> {
  apply(change: Change): void;
  copy(): Content;
  readonly connection: Observed<ConnectionState>;
}

const frameMilliseconds = 16;

/** Copies are made when they are asked for: a store that nobody looks at costs nothing per change but the change. */
export function createLiveStore<Change, Content extends object>({
  apply,
  copy,
  connection,
}: LiveStoreNeeds<Change, Content>): { readonly store: LiveStore<Content>; readonly follower: Follower<Change> } {
  const listeners = createListeners();
  let standing: Omit<Standing, 'connection'> = { interrupted: undefined, ended: false, error: undefined };
  let snapshot: (Content & Standing) | undefined;
  let frame: ReturnType<typeof setTimeout> | undefined;

  function changed(): void {
    snapshot = undefined;
    frame ??= setTimeout(() => {
      frame = undefined;
      listeners.tell();
    }, frameMilliseconds);
  }
  const leaveConnection = connection.subscribe(changed);
  const getSnapshot = (): Content & Standing =>
    (snapshot ??= { ...copy(), ...standing, connection: connection.getSnapshot() });

  return {
    store: {
      getSnapshot,
      subscribe: listeners.subscribe,
      get current() {
        return getSnapshot();
      },
    },
    follower: {
      change(change) {
        apply(change);
        standing = { ...standing, interrupted: undefined };
        changed();
      },
      interrupted(reason) {
        standing = { ...standing, interrupted: reason };
        changed();
      },
      ended(error) {
        leaveConnection();
        standing = { interrupted: undefined, ended: true, error };
        changed();
      },
    },
  };
}
