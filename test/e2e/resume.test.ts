import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { NodeSocket } from '../../src/cli/node-socket.js';
import { createClient, type GladosClient } from '../../src/client/client.js';
import { createTree, type Tree } from '../../src/client/tree-store.js';
import { openConnection, type ClusterConnection } from '../../src/cluster/connection.js';
import { createJobs } from '../../src/cluster/jobs.js';
import { DisposalStack } from '../../src/disposal.js';
import { startLocalKubernetes } from '../../src/local/kubernetes/cluster.js';
import { startLocalMongo } from '../../src/local/mongo/server.js';
import { openDatabase } from '../../src/store/database.js';
import { isWhole, nodeProgram, submitted, treeWhen, uploadProgram } from '../support/experiments.js';
import { freePort } from '../support/free-port.js';
import { root, startServer, temporaryDirectory } from '../support/server-process.js';

const namespace = 'glados-runners';

async function submit(client: GladosClient): Promise<string> {
  const text = nodeProgram(`write({ n: value('n') });`);
  return submitted(client, {
    name: 'resumed',
    program: { fileId: await uploadProgram(client, 'quick.js', text) },
    parameters: [{ integer: { name: 'n', min: 1, max: 3, step: 1 } }],
    resultFile: 'results.csv',
  });
}

/** Until the experiment has ended and its Job has too, after which nothing changes by itself. */
const isOver = (tree: Tree): boolean =>
  isWhole(tree) && [...tree.jobs.values()].some(({ conditions }) => conditions.some(({ type }) => type === 'Complete'));

async function removeJob(connection: ClusterConnection, name: string): Promise<void> {
  await createJobs(connection, namespace).delete(name, { propagation: 'Background' });
}

/** Resumes where `tree` is, into it. @returns the first message */
async function resume(client: GladosClient, id: string, after: string, tree: Tree) {
  for await (const change of client.experimentTree({ id, after })) {
    tree.apply(change);
    if (change.synced) return change;
  }
  throw new Error('The stream ended.');
}

/** What a client sees that comes for the first time. */
async function seenAnew(client: GladosClient, id: string): Promise<Tree> {
  return treeWhen(client, id, () => true);
}

/** All but the addresses that name the server which answered. */
const content = ({ experiment, jobs, pods, trials }: Tree) => ({
  experiment: experiment && { ...experiment, downloads: undefined },
  jobs: new Map(jobs),
  pods: new Map(pods),
  trials: new Map(trials),
});

/** Follows until it is over. @returns what is held then, and the cursor of that moment */
async function followed(client: GladosClient, id: string): Promise<{ tree: Tree; cursor: string }> {
  const tree = createTree();
  for await (const change of client.experimentTree({ id })) {
    tree.apply(change);
    if (change.synced && isOver(tree)) return { tree, cursor: change.cursor };
  }
  throw new Error('The stream ended.');
}

it('a client that stays while its server is killed and started again sees one stream, in which nothing begins anew', async () => {
  using data = temporaryDirectory();
  const port = await freePort();
  const first = await startServer(['--data-dir', data.path], port);
  const id = await submit(first.client);
  const { tree } = await followed(first.client, id);
  await using client = createClient({ url: first.url, webSocket: NodeSocket });
  const stream = client.experimentTree({ id });
  const { value } = await stream.next();
  expect(value).toMatchObject({ reset: true, synced: true });
  const [job] = [...tree.jobs.values()];
  await first.kill();

  await using second = await startServer(['--data-dir', data.path], port);
  await using cluster = openConnection({ kubeconfigPath: second.kubeconfigPath, namespace });
  await removeJob(cluster, job?.name ?? '');
  const gone = new Set<string>();
  for await (const change of stream) {
    expect(change.reset).toBe(false);
    for (const lost of change.gone) gone.add(lost);
    if (gone.size === tree.jobs.size + tree.pods.size) break;
  }
  expect(gone).toEqual(new Set([...tree.jobs.keys(), ...tree.pods.keys()]));
}, 90_000);

describe('a client that comes back with its cursor', () => {
  it('to a server that was killed and started again holds what is true, without a reset, deletions in between included', async () => {
    using data = temporaryDirectory();
    const first = await startServer(['--data-dir', data.path]);
    const id = await submit(first.client);
    const { tree, cursor } = await followed(first.client, id);
    const [job] = [...tree.jobs.values()];
    await using cluster = openConnection({ kubeconfigPath: first.kubeconfigPath, namespace });
    await removeJob(cluster, job?.name ?? '');
    await treeWhen(first.client, id, ({ jobs, pods }) => jobs.size + pods.size === 0);
    await first.kill();

    await using second = await startServer(['--data-dir', data.path]);
    const change = await resume(second.client, id, cursor, tree);
    expect(change).toMatchObject({ reset: false, trials: [] });
    expect(new Set(change.gone)).toContain(job?.id);
    expect(content(tree)).toEqual(content(await seenAnew(second.client, id)));
    expect(tree.jobs.size + tree.pods.size).toBe(0);
    expect(tree.trials.size).toBe(3);
  }, 90_000);

  it('to another replica, which ran all along or began later, holds what is true, without a reset', async () => {
    await using ends = await openEnds();
    const { environment, cluster } = ends;
    const first = await startServer(['--ephemeral'], 0, environment);
    await using second = await startServer(['--ephemeral'], 0, environment);
    const id = await submit(first.client);
    const doomed = await submit(first.client);
    const { tree, cursor } = await followed(first.client, id);
    await followed(first.client, doomed);
    const known = new Set<string>();
    let listCursor = '';
    for await (const change of first.client.experimentsChanged({})) {
      for (const experiment of change.experiments) known.add(experiment.id);
      listCursor = change.cursor;
      if (change.synced) break;
    }
    expect(known).toEqual(new Set([id, doomed]));
    await first.kill();
    const copy = createTree();
    copy.apply(await wholeOf(second.client, id));

    const [job] = [...tree.jobs.values()];
    await removeJob(cluster, job?.name ?? '');
    await treeWhen(second.client, id, ({ jobs, pods }) => jobs.size + pods.size === 0);
    expect(await resume(second.client, id, cursor, tree)).toMatchObject({ reset: false });
    expect(content(tree)).toEqual(content(await seenAnew(second.client, id)));

    await ends.removeExperiment(doomed);
    await using third = await startServer(['--ephemeral'], 0, environment);
    expect(await resume(third.client, id, cursor, copy)).toMatchObject({ reset: false, trials: [] });
    expect(content(copy)).toEqual(content(tree));
    for (const server of [second, third]) {
      for await (const change of server.client.experimentsChanged({ after: listCursor })) {
        expect(change).toMatchObject({ reset: false, gone: [doomed], experiments: [] });
        break;
      }
    }
  }, 120_000);
});

async function wholeOf(client: GladosClient, id: string) {
  for await (const change of client.experimentTree({ id })) if (change.synced) return change;
  throw new Error('The stream ended.');
}

/** A database and a cluster that outlive the servers on them. */
async function openEnds() {
  const stack = new DisposalStack();
  const directory = temporaryDirectory();
  stack.defer(() => directory[Symbol.dispose]());
  const within = (name: string): string => {
    mkdirSync(join(directory.path, name), { recursive: true });
    return join(directory.path, name);
  };
  const mongo = stack.use(
    await startLocalMongo({ directory: within('mongo'), socketPath: join(directory.path, 'mongo.sock') }),
  );
  const runner = join(root, 'dist/src/runner/main.js');
  const { kubeconfigPath } = stack.use(
    await startLocalKubernetes({
      directory: within('kubernetes'),
      images: { 'glados/runner:0.1.0': { entrypoint: [process.execPath, runner] } },
    }),
  );
  const cluster = stack.use(openConnection({ kubeconfigPath, namespace }));
  return {
    cluster,
    environment: { MONGODB_URI: mongo.uri, KUBECONFIG: kubeconfigPath },
    async removeExperiment(id: string): Promise<void> {
      await using database = await openDatabase(mongo.uri);
      await database.db.collection<{ _id: string }>('experiments').deleteOne({ _id: id });
    },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}
