import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ExperimentDocument, ResultsDocument } from '../../src/client/generated/graphql.js';
import { isWhole, nodeProgram, submitted, treeWhen, uploadProgram } from '../support/experiments.js';
import { freePort } from '../support/free-port.js';
import { startServer, temporaryDirectory } from '../support/server-process.js';

/*
 * At the same address both times, as in use: a pod that begins before the second server is up waits ten minutes
 * for the address that it was given.
 */

/** Leaves a file for each run of the program, so that runs can be told from reports. */
const traced = (directory: string) =>
  nodeProgram(`
    const index = process.env.GLADOS_TRIAL;
    fs.writeFileSync(${JSON.stringify(directory)} + '/' + index + '.' + process.pid, '');
    write({ n: value('n'), index });`);

describe('a server that is killed in the middle of 200 trials', () => {
  it('goes on after a new start until every trial is reported exactly once', async () => {
    using data = temporaryDirectory();
    using traces = temporaryDirectory();
    const port = await freePort();
    const first = await startServer(['--data-dir', data.path], port);
    const fileId = await uploadProgram(first.client, 'trace.js', traced(traces.path));
    const id = await submitted(first.client, {
      name: 'killed',
      program: { fileId },
      parameters: [{ integer: { name: 'n', min: 0, max: 199, step: 1 } }],
      resultFile: 'results.csv',
      workers: 2,
    });
    const before = await treeWhen(first.client, id, ({ experiment }) => (experiment?.counts.succeeded ?? 0) >= 40);
    const reported = [...before.trials.values()].filter((trial) => trial.phase === 'SUCCEEDED');
    await first.kill();

    await using second = await startServer(['--data-dir', data.path], port);
    const tree = await treeWhen(second.client, id, isWhole);
    expect(tree.experiment).toMatchObject({ phase: 'SUCCEEDED', counts: { total: 200, succeeded: 200 } });
    expect(tree.trials.size).toBe(200);
    for (const trial of reported) {
      expect(tree.trials.get(trial.id)).toMatchObject({ attempt: trial.attempt, finishedAt: trial.finishedAt });
    }
    const indices: string[] = [];
    let after: string | null | undefined;
    do {
      const { experiment } = await second.client.request(ResultsDocument, { id, first: 100, after: after ?? null });
      for (const [index = '', n, own] of experiment?.results.rows ?? []) {
        expect([n, own]).toEqual([index, index]);
        indices.push(index);
      }
      after = experiment?.results.pageInfo.hasNextPage ? experiment.results.pageInfo.endCursor : null;
    } while (after);
    expect(indices).toEqual(Array.from({ length: 200 }, (_, index) => String(index)));
    const runs = readdirSync(join(traces.path)).length;
    expect(runs).toBeGreaterThanOrEqual(200);
    expect(runs).toBeLessThan(200 + 2 * 60);
  }, 300_000);

  it('keeps what was recorded over an orderly stop too, and goes on', async () => {
    using data = temporaryDirectory();
    const program = nodeProgram(`setTimeout(() => write({ n: value('n') }), 50);`);
    const port = await freePort();
    const first = await startServer(['--data-dir', data.path], port);
    const fileId = await uploadProgram(first.client, 'slow.js', program);
    const id = await submitted(first.client, {
      name: 'stopped',
      program: { fileId },
      parameters: [{ integer: { name: 'n', min: 1, max: 40, step: 1 } }],
      resultFile: 'results.csv',
    });
    await treeWhen(first.client, id, ({ experiment }) => (experiment?.counts.succeeded ?? 0) >= 5);
    expect(await first.stop()).toBe(0);

    await using second = await startServer(['--data-dir', data.path], port);
    await treeWhen(second.client, id, isWhole);
    const { experiment } = await second.client.request(ExperimentDocument, { id });
    expect(experiment?.counts).toMatchObject({ total: 40, succeeded: 40 });
  }, 300_000);
});
