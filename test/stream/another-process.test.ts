import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openConnection, type ClusterConnection } from '../../src/cluster/connection.js';
import { experimentLabel } from '../../src/cluster/objects.js';
import { DisposalStack } from '../../src/disposal.js';
import { openLiveStores, type LiveStores } from '../../src/live-stores.js';
import { startLocalKubernetes } from '../../src/local/kubernetes/cluster.js';
import type { Experiment } from '../../src/model/experiment.js';
import type { Job } from '../../src/model/job.js';
import type { Trial } from '../../src/model/trial.js';
import { countsFor } from '../../src/model/transitions.js';
import { openChangeFeed } from '../../src/store/change-feed.js';
import { createClaims } from '../../src/store/claims.js';
import type { Database } from '../../src/store/database.js';
import { createExperiments } from '../../src/store/experiments.js';
import { createTrials } from '../../src/store/trials.js';
import type { SetMessage } from '../../src/stream/set-message.js';
import { openSetStream, type SetStreamNeeds } from '../../src/stream/set-stream.js';
import { experimentOf } from '../model/experiments.js';
import { asks } from '../support/claims.js';
import { openTestDatabase } from '../support/database.js';
import { temporaryDirectory } from '../support/server-process.js';
import { until } from '../support/until.js';

const namespace = 'glados-runners';
const jobsPath = `/apis/batch/v1/namespaces/${namespace}/jobs`;

const stack = new DisposalStack();
let database: Database;
let connection: ClusterConnection;

beforeAll(async () => {
  const directory = temporaryDirectory();
  stack.defer(() => directory[Symbol.dispose]());
  database = stack.use(await openTestDatabase());
  const cluster = stack.use(await startLocalKubernetes({ directory: directory.path, images: {} }));
  connection = stack.use(openConnection({ kubeconfigPath: cluster.kubeconfigPath, namespace }));
});
afterAll(() => stack[Symbol.asyncDispose]());

const ignore = () => undefined;

/** What one process of the server knows, from its start to its end. */
async function startProcess(on = { database, connection }): Promise<LiveStores & AsyncDisposable> {
  const own = new DisposalStack();
  const feed = own.use(await openChangeFeed(on.database, ignore));
  const experiments = createExperiments(on.database);
  const trials = createTrials(on.database);
  const live = openLiveStores({ connection: on.connection, feed, experiments, trials, onError: ignore }, own);
  await Promise.all([live.jobs.whenSynced(), live.pods.whenSynced(), live.experiments.whenSynced()]);
  return { ...live, [Symbol.asyncDispose]: () => own[Symbol.asyncDispose]() };
}

/** Suspended: nothing happens to it by itself. */
async function makeJob(name: string, experimentId: string): Promise<void> {
  const body = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels: { [experimentLabel]: experimentId } },
    spec: {
      suspend: true,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'runner', image: 'none' }] } },
    },
  };
  await connection.request('POST', jobsPath, { body });
}

const removeJob = (name: string) => connection.request('DELETE', `${jobsPath}/${name}?propagationPolicy=Background`);

/** All messages up to the first that is whole, as one. */
async function read<S>(needs: Pick<SetStreamNeeds<S>, 'sources' | 'after'>): Promise<SetMessage<S>> {
  const stream = openSetStream<S>({ scope: '', ...needs });
  const { value } = await stream.next();
  await stream.return?.();
  return value as SetMessage<S>;
}

function jobsOf({ jobs }: LiveStores, experimentId: string, after?: string): Promise<SetMessage<{ jobs: Job }>> {
  const includes = (job: Job) => job.experimentId === experimentId;
  return read({ sources: { jobs: { store: jobs, includes, mayHaveIncluded: includes, goneId: (key) => key } }, after });
}

async function trialsOf({ trials }: LiveStores, after?: string): Promise<SetMessage<{ trials: Trial }>> {
  const view = await trials.acquire('x');
  await view.store.whenSynced();
  const source = { store: view.store, includes: () => true, goneId: (key: string) => key };
  const message = await read<{ trials: Trial }>({ sources: { trials: source }, after });
  view.release();
  return message;
}

function experimentsOf({ experiments }: LiveStores, after?: string): Promise<SetMessage<{ all: Experiment }>> {
  return read({ sources: { all: { store: experiments, includes: () => true, goneId: (key) => key } }, after });
}

describe('a reader of another process', () => {
  it('is told of Jobs that came and went before this one began, and of no other experiment', async () => {
    await using first = await startProcess();
    for (const name of ['stays', 'goes']) await makeJob(name, 'ours');
    await makeJob('foreign', 'theirs');
    await until(first.jobs, ({ name }) => name === 'foreign');
    const before = await jobsOf(first, 'ours');
    expect(before.changed.jobs.map(({ name }) => name).sort()).toEqual(['goes', 'stays']);
    const ids = new Map([...first.jobs.values()].map(({ id, name }) => [name, id]));
    await makeJob('new', 'ours');
    await makeJob('short', 'ours');
    for (const name of ['goes', 'short', 'foreign']) await removeJob(name);

    await using second = await startProcess();
    const after = await jobsOf(second, 'ours', before.cursor);
    expect(after).toMatchObject({ reset: false, synced: true });
    expect(after.gone).toContain(ids.get('goes'));
    expect(after.gone).not.toContain(ids.get('foreign'));
    expect(after.changed.jobs.map(({ name }) => name)).toContain('new');
  });

  it('is told of trials that changed and of experiments that went, whichever process it comes to', async () => {
    await using first = await startProcess();
    const claims = createClaims(database);
    for (const id of ['x', 'y']) {
      const experiment = { ...experimentOf({ counts: countsFor(3) }), id };
      await createExperiments(database).add({ experiment, owner: 'local', submissionHash: '' });
    }
    await claims.claim('x', asks('pod', 2));
    await until(first.experiments, ({ id, counts }) => id === 'x' && counts.running > 0);
    const trials = await trialsOf(first);
    const experiments = await experimentsOf(first);
    expect(trials.changed.trials).toHaveLength(2);

    const report = { index: 1, attempt: 1, outcome: 'SUCCEEDED' as const, result: [] };
    await claims.report('x', 'pod', [report], '2026-11-25T10:00:00.000Z');
    await database.db.collection<{ _id: string }>('experiments').deleteOne({ _id: 'y' });
    await until(first.experiments, ({ id }) => id === 'y', 'none');
    await using second = await startProcess();
    for (const live of [second, first]) {
      const changed = await trialsOf(live, trials.cursor);
      expect(changed).toMatchObject({
        reset: false,
        changed: { trials: [{ index: 1, phase: 'SUCCEEDED' }] },
        gone: [],
      });
      const rest = await experimentsOf(live, experiments.cursor);
      expect(rest).toMatchObject({ reset: false, changed: { all: [{ id: 'x' }] }, gone: ['y'] });
    }
  });

  it('begins anew when it comes from another database', async () => {
    await using other = await openTestDatabase();
    await using elsewhere = await startProcess({ database: other, connection });
    const { cursor } = await experimentsOf(elsewhere);
    await using here = await startProcess();
    expect(await experimentsOf(here, cursor)).toMatchObject({ reset: true });
  });
});
