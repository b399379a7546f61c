import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { submitExperiment } from '../../src/commands/submit-experiment.js';
import { afterJobGone, countsFor } from '../../src/model/transitions.js';
import { createClaims } from '../../src/store/claims.js';
import type { Database } from '../../src/store/database.js';
import { createDeletions } from '../../src/store/deletions.js';
import { createExperiments } from '../../src/store/experiments.js';
import { createFiles } from '../../src/store/files.js';
import { createPodLogs } from '../../src/store/pod-logs.js';
import { createTrialLogs } from '../../src/store/trial-logs.js';
import { experimentOf } from '../model/experiments.js';
import { asks } from '../support/claims.js';
import { openTestDatabase } from '../support/database.js';
import { doomed } from '../support/doomed.js';

const at = '2026-11-25T10:00:00.000Z';
const source = 'print(1)';

let database: Database;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => {
  await database[Symbol.asyncDispose]();
});

async function upload(owner = 'ann', text = source): Promise<string> {
  const files = createFiles(database);
  const { fileId } = await files.open({ name: 'add.py', size: text.length, owner, now: Date.parse(at) });
  await files.receive(fileId, Readable.from([Buffer.from(text)]));
  return fileId;
}

/** An ended experiment with a trial, and logs of every kind. */
async function ended(id: string, fileId: string): Promise<void> {
  const program = { ...experimentOf().program, fileId };
  const claims = createClaims(database);
  await createExperiments(database).add({
    experiment: { ...experimentOf({ counts: countsFor(3), program }), id },
    owner: 'ann',
    submissionHash: '',
  });
  await claims.claim(id, asks(`pod-${id}`, 1));
  await claims.cancel(id, at);
  await claims.change(id, (experiment) => afterJobGone(experiment, at));
  const logs = createTrialLogs(database);
  await logs.keep(id, [{ index: 0, attempt: 1, text: 'short' }]);
  await logs.receive(id, 1, 1, Readable.from([Buffer.from('long')]));
  await createPodLogs(database).append(
    { podId: `pod-${id}`, podName: 'p', experimentId: id, next: 0 } as never,
    [{ time: at, ordinal: 0, text: 'a line' }],
    { whole: true } as never,
  );
}

/** How many rows of each kind there are. */
async function left(): Promise<Record<string, number>> {
  const names = ['experiments', 'trials', 'trialLogs', 'logs.files', 'podLogs', 'files', 'blobs', 'fs.files'];
  const counts = await Promise.all(
    [...names, 'deletions', 'experimentLocks'].map(async (name) => [
      name,
      await database.db.collection(name).countDocuments(),
    ]),
  );
  return Object.fromEntries(counts) as Record<string, number>;
}

const nothing = {
  experiments: 0,
  trials: 0,
  trialLogs: 0,
  'logs.files': 0,
  podLogs: 0,
  files: 0,
  blobs: 0,
  'fs.files': 0,
  deletions: 0,
  experimentLocks: 0,
};

describe('deleting an experiment', () => {
  it('leaves nothing of it, and everything of another one', async () => {
    await ended('b1', await upload('ann', 'print(2)'));
    const others = await left();
    await ended('a1', await upload());
    expect(await createClaims(database).remove('a1')).toMatchObject({ id: 'a1', phase: 'CANCELLED' });
    expect(await createExperiments(database).get('a1')).toBeUndefined();
    const deletions = createDeletions(database);
    expect(await deletions.pending()).toEqual(['a1']);
    await deletions.purge('a1');
    expect(await left()).toEqual(others);
    expect(await deletions.pending()).toEqual([]);
  });

  it('does not touch an experiment whose id begins alike', async () => {
    await ended('a10', await upload('ann', 'print(2)'));
    const others = await left();
    await ended('a1', await upload());
    await createClaims(database).remove('a1');
    await createDeletions(database).purge('a1');
    expect(await left()).toEqual(others);
  });

  it('keeps a program that another experiment runs, and bytes that another file has', async () => {
    const fileId = await upload();
    const twin = await upload();
    await ended('first', fileId);
    await ended('second', fileId);
    const deletions = createDeletions(database);
    const files = createFiles(database);
    for (const [id, isThere] of [
      ['first', true],
      ['second', false],
    ] as const) {
      await createClaims(database).remove(id);
      await deletions.purge(id);
      expect((await files.get(fileId)) !== undefined).toBe(isThere);
    }
    expect(await new Response(Readable.toWeb(await files.read(twin)) as never).text()).toBe(source);
  });

  it('comes to the same end when a process dies at any of its commands', async () => {
    let deaths = 0;
    for (let fatal = 1; ; fatal += 1) {
      await ended('a1', await upload());
      await createClaims(database).remove('a1');
      const died = await doomed(database, fatal, (db, client) => {
        const transaction: Database['transaction'] = (work) =>
          client.withSession((session) => session.withTransaction(() => work(session)));
        return createDeletions({ db, transaction }).purge('a1');
      });
      await createDeletions(database).purge('a1');
      expect(await left()).toEqual(nothing);
      if (!died) break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(6);
  }, 60_000);

  it('and a submission with its program, at one time, leave an experiment that has its program, or none', async () => {
    const files = createFiles(database);
    const experiments = createExperiments(database);
    const submit = submitExperiment({ experiments, files, now: Date.now });
    const seen = new Set<string>();
    for (let round = 0; round < 12; round += 1) {
      const fileId = await upload('ann', `print(${round})`);
      await ended(`old${round}`, fileId);
      await createClaims(database).remove(`old${round}`);
      const purged = createDeletions(database).purge(`old${round}`);
      for (let step = 0; step < round; step += 1) await Promise.resolve();
      const submitted = submit('ann', {
        name: 'new',
        program: { fileId },
        parameters: [{ integer: { name: 'x', min: 1, max: 2, step: 1 } }],
        resultFile: 'results.csv',
      }).then(
        ({ experiment }) => experiment.id,
        () => undefined,
      );
      await purged;
      const id = await submitted;
      seen.add(typeof id);
      expect((await files.get(fileId)) !== undefined).toBe(id !== undefined);
      if (id !== undefined) expect((await experiments.get(id))?.program.fileId).toBe(fileId);
    }
    expect(seen.size).toBeGreaterThan(0);
  }, 60_000);
});
