import type { GladosClient } from '../../src/client/client.js';
import { ResultsDocument } from '../../src/client/generated/graphql.js';
import { createTree, type Tree } from '../../src/client/tree-store.js';
import { nodeProgram, submitted, uploadProgram } from '../support/experiments.js';
import { until, type Cluster } from './cluster.js';
import type { Installation } from './installation.js';

/** An experiment under the eyes of a client, from its beginning. */
export interface Followed extends AsyncDisposable {
  readonly id: string;
  readonly tree: Tree;
  /** Codes of every diagnosis that the experiment has had, in the order in which they first came. */
  readonly codes: readonly string[];
  /** Resolves when the tree is as wanted. @throws Error with the experiment as it stands, after so many seconds */
  until(what: string, seconds: number, wanted: (tree: Tree) => boolean): Promise<void>;
}

export interface Plan {
  readonly name: string;
  readonly trials: number;
  /** Of one trial. */
  readonly milliseconds: number;
  readonly workers?: number;
  readonly image?: string;
}

/** Submits an experiment whose trials take as long as `plan` says, and follows it. */
export async function follow(client: GladosClient, plan: Plan): Promise<Followed> {
  const text = nodeProgram(`setTimeout(() => write({ n: value('n') }), ${plan.milliseconds});`);
  const id = await submitted(client, {
    name: plan.name,
    program: { fileId: await uploadProgram(client, 'wait.js', text), ...(plan.image && { image: plan.image }) },
    parameters: [{ integer: { name: 'n', min: 0, max: plan.trials - 1, step: 1 } }],
    resultFile: 'results.csv',
    workers: plan.workers ?? 2,
  });
  const tree = createTree();
  const codes = new Set<string>();
  const changes = client.experimentTree({ id })[Symbol.asyncIterator]();
  const following = (async () => {
    for (let next = await changes.next(); next.done !== true; next = await changes.next()) {
      tree.apply(next.value);
      const code = tree.experiment?.diagnosis?.code;
      if (code !== undefined) codes.add(code);
    }
  })();
  return {
    id,
    tree,
    get codes() {
      return [...codes];
    },
    until: async (what, seconds, wanted) => {
      try {
        await until(what, seconds, async () => (tree.synced && wanted(tree) ? true : undefined));
      } catch (error) {
        const { experiment, jobs, pods, trials } = tree;
        const stands = {
          experiment,
          jobs: [...jobs.values()],
          pods: [...pods.values()].map(({ name, status }) => `${name}: ${status}`),
          running: [...trials.values()].filter(({ phase }) => phase === 'RUNNING'),
        };
        throw new Error(`${(error as Error).message} ${JSON.stringify(stands)}`, { cause: error });
      }
    },
    async [Symbol.asyncDispose]() {
      await changes.return?.();
      await following;
    },
  };
}

/** True when the phase is SUCCEEDED and the Job is complete by Kubernetes' word, with no pod that has not ended. */
export function isComplete({ experiment, jobs, pods }: Tree): boolean {
  if (experiment?.phase !== 'SUCCEEDED') return false;
  const conditions = [...jobs.values()].flatMap((job) => job.conditions);
  if (!conditions.some(({ type, status }) => type === 'Complete' && status === 'True')) return false;
  return [...pods.values()].every(({ phase }) => phase === 'SUCCEEDED' || phase === 'FAILED');
}

/** The values of n in the results, in the order of trials. */
export async function resultsOf(client: GladosClient, id: string): Promise<number[]> {
  const found: number[] = [];
  let after: string | null | undefined;
  do {
    const { experiment } = await client.request(ResultsDocument, { id, first: 100, after: after ?? null });
    for (const row of experiment?.results.rows ?? []) found.push(Number(row[1]));
    after = experiment?.results.pageInfo.hasNextPage ? experiment.results.pageInfo.endCursor : null;
  } while (after);
  return found;
}

export function everyTrial(trials: number): number[] {
  return Array.from({ length: trials }, (_, n) => n);
}

interface RawObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly ownerReferences?: readonly { readonly uid: string }[];
  };
}

/** What the cluster itself has of an experiment: uids, and names where there is but one. */
export async function objectsOf(cluster: Cluster, { runners }: Installation, id: string) {
  const within = async <T = RawObject>(group: string, kind: string): Promise<readonly T[]> => {
    const path = `${group}/namespaces/${runners}/${kind}?labelSelector=${encodeURIComponent(`glados.io/experiment=${id}`)}`;
    return (await cluster.get<{ items: readonly T[] }>(path)).items;
  };
  const [jobs, pods, secrets] = await Promise.all([
    within('/apis/batch/v1', 'jobs'),
    within<RawObject & { readonly spec: { readonly nodeName?: string }; readonly status: { readonly phase: string } }>(
      '/api/v1',
      'pods',
    ),
    within('/api/v1', 'secrets'),
  ]);
  return { jobs, pods, secrets };
}

/** Resolves when the cluster has nothing of an experiment. */
export async function untilNothingIsLeft(cluster: Cluster, installation: Installation, id: string, seconds: number) {
  await until(`the end of all objects of ${id}`, seconds, async () => {
    const { jobs, pods, secrets } = await objectsOf(cluster, installation, id);
    return jobs.length + pods.length + secrets.length === 0 ? true : undefined;
  });
}
