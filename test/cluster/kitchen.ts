import type { ClusterConnection } from '../../src/cluster/connection.js';
import { startReflector } from '../../src/cluster/reflector.js';
import type { Reflector, ReflectorNeeds } from '../../src/cluster/reflector.js';
import type { Change, Freshness } from '../../src/model/change.js';
import { createLiveStore } from '../../src/stream/live-store.js';
import { freePort } from '../support/free-port.js';
import { ApiServer } from './api-server.js';
import type { Call, Pot } from './api-server.js';
import { eventually } from './eventually.js';

export const quick = { minMs: 2, maxMs: 20, shortWatchMs: 20, listTimeoutMs: 5_000 };

export type Kitchen = Awaited<ReturnType<typeof openKitchen>>;

/** An API server, and what a reflector makes of it. */
export async function openKitchen() {
  const server = new ApiServer();
  await server.listen(await freePort());
  const connection: ClusterConnection = server.connect();
  const store = createLiveStore<string>();
  const changes: Change<string>[] = [];
  const freshness: Freshness[] = [];
  const started: Reflector[] = [];

  /** What the store holds is what the server holds. */
  function agrees(): boolean {
    const wanted = new Map([...server.pots.values()].map(({ metadata, fill }) => [metadata.uid, fill]));
    const held = new Map(store.entries());
    return store.synced && held.size === wanted.size && [...wanted].every(([uid, fill]) => held.get(uid) === fill);
  }

  function reflect(more: Partial<ReflectorNeeds<string>> = {}): Reflector {
    const reflector = startReflector<string>({
      connection,
      path: server.path,
      decode: (raw) => ({ key: raw.metadata?.uid ?? '', object: (raw as Pot).fill }),
      sink(change) {
        changes.push(change);
        store.apply(change);
      },
      onFreshness: (one) => void freshness.push(one),
      timing: quick,
      ...more,
    });
    started.push(reflector);
    return reflector;
  }

  const converged = (): Promise<void> => eventually(agrees, 'the state of the server');

  return {
    server,
    connection,
    store,
    changes,
    freshness,
    reflect,
    converged,
    /** Two pots, and a reflector that has listed them. */
    async begin(more: Partial<ReflectorNeeds<string>> = {}): Promise<Reflector> {
      server.put('kept', 'first');
      server.put('dropped', 'first');
      const reflector = reflect(more);
      await converged();
      return reflector;
    },
    /** Lets `fault` have the first `times` watches. */
    onFirstWatches(times: number, fault: (call: Call) => void): void {
      server.fault = (call) => {
        if (call.kind !== 'watch' || call.number > times) return false;
        fault(call);
        return true;
      };
    },
    watches: (count: number): Promise<void> => eventually(() => server.count('watch') >= count, `watch ${count}`),
    changeEverything(): void {
      server.put('kept', 'changed');
      server.remove('dropped');
      server.put('new', 'fresh');
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const reflector of started) await reflector[Symbol.asyncDispose]();
      await connection[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
