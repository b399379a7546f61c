import { createLiveStore } from '../../src/stream/live-store.js';
import type { LiveStore } from '../../src/stream/live-store.js';
import type { SetMessage } from '../../src/stream/set-message.js';
import { openSetStream } from '../../src/stream/set-stream.js';
import type { SetStream, SetStreamNeeds } from '../../src/stream/set-stream.js';

export interface Thing {
  readonly name: string;
  readonly owner?: string;
}

export type Numbers = { readonly things: Thing };

export const opened: AsyncIterableIterator<unknown>[] = [];

export async function closeAll(): Promise<void> {
  for (const stream of opened.splice(0)) await stream.return?.();
}

export function open(
  store: LiveStore<Thing>,
  more: Partial<SetStreamNeeds<Numbers>> = {},
  includes: (thing: Thing) => boolean = () => true,
): SetStream<Numbers> {
  const stream = openSetStream<Numbers>({
    scope: '',
    sources: { things: { store, includes, goneId: (key) => `id-${key}` } },
    ...more,
  });
  opened.push(stream);
  return stream;
}

export async function next(stream: AsyncIterableIterator<SetMessage<Numbers>>): Promise<SetMessage<Numbers>> {
  const { value } = await stream.next();
  return value as SetMessage<Numbers>;
}

export function filled(...names: string[]): LiveStore<Thing> {
  const store = createLiveStore<Thing>();
  store.apply({ type: 'reset' });
  for (const name of names) store.apply({ type: 'put', key: name, object: { name } });
  store.apply({ type: 'synced' });
  store.setFreshness({ asOf: 1_000 });
  return store;
}

export const names = (message: SetMessage<Numbers>): string[] => message.changed.things.map(({ name }) => name);
