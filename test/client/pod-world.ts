import type { Pod } from '../../src/client/changes.js';
import { pod } from './facts.js';
import type { Opened, StreamServer } from './stream-server.js';
import { podChange } from './stream-server.js';

/**
 * Pods that come, change and go behind a stream server, told as the schema
 * promises: a snapshot in parts of two, deltas, a cursor to resume behind, a
 * reset where that cannot be.
 */
export function createPodWorld(server: StreamServer) {
  const pods = new Map<string, Pod>();
  const log: { readonly id: string; readonly pod?: Pod }[] = [];
  const followers = new Set<Opened>();
  const states = new Set<string>([stateOf(pods)]);
  let life = 0;

  const cursor = () => `${life}:${log.length}`;

  function tell(follower: Opened, since: number): void {
    const touched = new Set(log.slice(since).map(({ id }) => id));
    const changed = [...touched].flatMap((id) => pods.get(id) ?? []);
    const gone = [...touched].filter((id) => !pods.has(id));
    follower.push(podChange(cursor(), { pods: changed, gone }));
  }

  function tellAll(follower: Opened): void {
    const all = [...pods.values()];
    for (let at = 0; at === 0 || at < all.length; at += 2) {
      const synced = at + 2 >= all.length;
      const part = { reset: at === 0, synced, pods: all.slice(at, at + 2) };
      follower.push(podChange(synced ? cursor() : 'in the middle of a snapshot', part));
    }
  }

  async function serve(): Promise<void> {
    for (let index = 0; ; index += 1) {
      const follower = await server.subscriptionAt(index);
      const [lived, since] = String(follower.variables['after'] ?? '').split(':');
      if (since !== undefined && Number(lived) === life) tell(follower, Number(since));
      else tellAll(follower);
      followers.add(follower);
      void follower.left.then(() => followers.delete(follower));
    }
  }
  // Waits for the next subscription for ever: there is nothing to end.
  void serve();

  return {
    pods,
    /** True when the world has been in this state once. */
    wasOnce: (held: ReadonlyMap<string, Pod>) => states.has(stateOf(held)),
    put(id: string, status: string): void {
      const one = pod(id, { status });
      pods.set(id, one);
      log.push({ id, pod: one });
      states.add(stateOf(pods));
      for (const follower of followers) tell(follower, log.length - 1);
    },
    remove(id: string): void {
      pods.delete(id);
      log.push({ id });
      states.add(stateOf(pods));
      for (const follower of followers) tell(follower, log.length - 1);
    },
    /** Cursors given out so far are of no use any more. */
    forgetCursors: () => (life += 1),
  };
}

export function stateOf(pods: ReadonlyMap<string, Pod>): string {
  return [...pods.values()]
    .map(({ id, status }) => `${id} ${status}`)
    .sort()
    .join();
}
