import { openConnection } from '../../../src/cluster/connection.js';
import type { ClusterConnection } from '../../../src/cluster/connection.js';
import { startReflector } from '../../../src/cluster/reflector.js';
import type { Reflector, ReflectorNeeds } from '../../../src/cluster/reflector.js';
import type { Change, Freshness } from '../../../src/model/change.js';
import { createLiveStore } from '../../../src/stream/live-store.js';
import { eventually } from '../../cluster/eventually.js';
import { openCuttable } from './cuttable.js';
import { pathOf } from './examples.js';
import type { TestCluster } from './open-cluster.js';

export interface Followed extends AsyncDisposable {
  readonly reflector: Reflector;
  readonly changes: readonly Change<string>[];
  readonly freshness: readonly Freshness[];
  readonly isStale: () => boolean;
  /** How often a whole list was told. */
  readonly resets: () => number;
  cut(): void;
  freeze(): void;
  mend(): void;
  /** Has the next watch ask for a version that was forgotten long ago. */
  age(): void;
  /** Resolves when the reflector's store holds exactly what a list of the cluster holds, and how much that is. */
  agrees(): Promise<number>;
}

/** A reflector of the config maps labelled `of`, over a way that can be cut. */
export async function follow(
  cluster: TestCluster,
  of: string,
  { firstSync, timing }: Pick<ReflectorNeeds<string>, 'firstSync' | 'timing'>,
): Promise<Followed> {
  const way = await openCuttable(cluster.kubeconfigPath);
  const connection = openConnection({ kubeconfigPath: way.kubeconfigPath });
  const path = pathOf(cluster, 'configmaps');
  const labelSelector = `of=${of}`;
  const store = createLiveStore<string>();
  const changes: Change<string>[] = [];
  const freshness: Freshness[] = [];
  let isAged = false;
  const aging: ClusterConnection = {
    ...connection,
    stream(asked, query, signal) {
      if (!isAged || query['watch'] !== true) return connection.stream(asked, query, signal);
      isAged = false;
      return connection.stream(asked, { ...query, resourceVersion: '1' }, signal);
    },
  };
  const reflector = startReflector<string>({
    connection: aging,
    path,
    labelSelector,
    ...(firstSync && { firstSync }),
    decode: ({ metadata }) => ({ key: metadata?.uid ?? '', object: metadata?.resourceVersion ?? '' }),
    sink(change) {
      changes.push(change);
      store.apply(change);
    },
    onFreshness: (one) => void freshness.push(one),
    timing: { minMs: 20, maxMs: 200, ...timing },
  });

  return {
    reflector,
    changes,
    freshness,
    resets: () => changes.filter(({ type }) => type === 'reset').length,
    isStale: () => freshness.at(-1)?.staleSince !== undefined,
    cut: () => way.cut(),
    freeze: () => way.freeze(),
    mend: () => way.mend(),
    age: () => void (isAged = true),
    async agrees() {
      const { body } = await cluster.request('GET', `${path}?labelSelector=${encodeURIComponent(labelSelector)}`);
      const wanted = new Map(body.items.map(({ metadata }) => [metadata.uid, metadata.resourceVersion]));
      await eventually(() => store.synced && areEqual(new Map(store.entries()), wanted), 'what the cluster lists');
      return wanted.size;
    },
    async [Symbol.asyncDispose]() {
      await reflector[Symbol.asyncDispose]();
      await connection[Symbol.asyncDispose]();
      await way[Symbol.asyncDispose]();
    },
  };
}

function areEqual(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);
}
