import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ExperimentDocument, ExperimentsDocument } from '../../src/client/generated/graphql.js';
import { isWhole, nodeProgram, submitted, treeWhen, uploadProgram } from '../support/experiments.js';
import {
  runProgram,
  startServer,
  temporaryDirectory,
  type Ended,
  type ServerProcess,
} from '../support/server-process.js';

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
}, 60_000);
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
}, 60_000);

const glados = (...args: string[]): Promise<Ended> => runProgram('glados.js', [...args, '--server', server.url]);

async function submit(name: string, trials: number, milliseconds: number): Promise<string> {
  const program = nodeProgram(`setTimeout(() => write({ n: value('n') }), ${milliseconds});`);
  return submitted(server.client, {
    name,
    program: { fileId: await uploadProgram(server.client, 'slow.js', program) },
    parameters: [{ integer: { name: 'n', min: 1, max: trials, step: 1 } }],
    resultFile: 'results.csv',
    workers: 2,
  });
}

describe('glados pause and resume', () => {
  it('let 20 trials end once each, with nothing run in between', async () => {
    using directory = temporaryDirectory();
    const go = join(directory.path, 'go');
    const program = nodeProgram(`
      const wait = () => fs.existsSync(${JSON.stringify(go)}) ? write({ n: value('n') }) : setTimeout(wait, 20);
      if (Number(value('n')) <= 4) write({ n: value('n') });
      else wait();`);
    const id = await submitted(server.client, {
      name: 'paused',
      program: { fileId: await uploadProgram(server.client, 'wait.js', program) },
      parameters: [{ integer: { name: 'n', min: 1, max: 20, step: 1 } }],
      resultFile: 'results.csv',
      workers: 2,
    });
    await treeWhen(server.client, id, ({ experiment }) => (experiment?.counts.succeeded ?? 0) >= 4);
    const said = await glados('pause', id);
    expect(said).toMatchObject({ exitCode: 0, stdout: `${id}\n` });
    expect(said.stderr).toBe('paused is PAUSED. 16 of 20 trials wait until it is resumed.\n');

    const still = await treeWhen(
      server.client,
      id,
      ({ experiment, pods }) => experiment?.counts.running === 0 && pods.size === 0,
    );
    expect(still.experiment).toMatchObject({ phase: 'PAUSED', diagnosis: null, counts: { succeeded: 4, waiting: 16 } });
    expect((await glados('pause', id)).exitCode).toBe(0);
    expect((await glados('resume', id)).stderr).toBe('paused is RUNNING. 16 of 20 trials are left.\n');
    writeFileSync(go, '');
    const { experiment, trials } = await treeWhen(server.client, id, isWhole);
    expect(experiment).toMatchObject({ phase: 'SUCCEEDED', counts: { total: 20, succeeded: 20 } });
    expect(trials.size).toBe(20);
    const refused = await glados('resume', id);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toContain('The experiment has finished already: it is SUCCEEDED.');
  }, 120_000);
});

describe('glados retry', () => {
  it('runs failed trials again, on a Job of its own; how they had ended stays to be read', async () => {
    using directory = temporaryDirectory();
    const good = join(directory.path, 'good');
    const program = nodeProgram(`
      const isGood = value('n') !== '2' || fs.existsSync(${JSON.stringify(good)});
      console.log(isGood ? 'good' : 'bad');
      if (!isGood) process.exit(3);
      write({ n: value('n') });`);
    const id = await submitted(server.client, {
      name: 'mended',
      program: { fileId: await uploadProgram(server.client, 'mended.js', program) },
      parameters: [{ integer: { name: 'n', min: 1, max: 3, step: 1 } }],
      resultFile: 'results.csv',
    });
    const failed = await treeWhen(server.client, id, isWhole);
    expect(failed.experiment).toMatchObject({ phase: 'FAILED', counts: { failed: 1, succeeded: 2 } });
    expect((await glados('retry', id, '--trial', '0')).stderr).toContain('Trial 0 is SUCCEEDED.');
    writeFileSync(good, '');
    expect((await glados('retry', id)).stderr).toBe('mended is RUNNING: 1 trial waits.\n');
    const mended = await treeWhen(server.client, id, ({ experiment }) => experiment?.phase === 'SUCCEEDED');
    expect(mended.experiment).toMatchObject({ counts: { total: 3, succeeded: 3, failed: 0 }, diagnosis: null });

    const query = `{ experiment(id: "${id}") { trial(index: 1) {
      attempt phase log earlierLog: log(attempt: 1) earlierAttempts { attempt phase exitCode diagnosis { code } }
    } } }`;
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(server.url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    const { data } = (await answer.json()) as { data: { experiment: { trial: object } } };
    expect(data.experiment.trial).toEqual({
      attempt: 2,
      phase: 'SUCCEEDED',
      log: 'good\n',
      earlierLog: 'bad\n',
      earlierAttempts: [{ attempt: 1, phase: 'FAILED', exitCode: 3, diagnosis: { code: 'PROGRAM_EXIT' } }],
    });
  }, 60_000);
});

/** What the live list of everybody shows. */
function followed() {
  const stream = server.client.experimentsChanged();
  const ids = new Set<string>();
  return {
    async until(isSo: (ids: readonly string[]) => boolean): Promise<void> {
      while (!isSo([...ids])) {
        const { done, value } = await stream.next();
        if (done) throw new Error('The stream ended.');
        for (const { id } of value.experiments) ids.add(id);
        for (const id of value.gone) ids.delete(id);
      }
    },
    [Symbol.dispose]: () => void stream.return?.(),
  };
}

describe('glados archive, unarchive and edit', () => {
  it('take an ended experiment out of the list, bring it back, and call it something else', async () => {
    const id = await submit('old', 1, 0);
    await treeWhen(server.client, id, isWhole);
    const names = async (...args: string[]) => (await glados('list', '-o', 'name', ...args)).stdout;
    expect(await names()).toContain(id);
    using stream = followed();
    await stream.until((ids) => ids.includes(id));
    expect((await glados('archive', id)).stderr).toBe('old is archived: glados list --archived shows it.\n');
    await stream.until((ids) => !ids.includes(id));
    expect(await names()).not.toContain(id);
    const both = await server.client.request(ExperimentsDocument, { first: 100, filter: { archived: null } });
    expect(both.experiments.nodes.find((one) => one.id === id)?.archivedAt).toMatch(/^\d{4}-/);
    const others = await server.client.request(ExperimentsDocument, { first: 100 });
    expect(others.experiments.nodes.map((one) => one.id)).not.toContain(id);
    expect(await names('--archived')).toContain(id);
    expect((await glados('unarchive', id)).stderr).toBe('old is in the list again.\n');
    expect(await names()).toContain(id);

    const edited = await glados('edit', id, '--name', 'neu: ü "€"', '--tag', 'a', 'b', '--description', 'why');
    expect(edited.stderr).toBe('It is called neu: ü "€", with the tags a, b.\n');
    const { experiment } = await server.client.request(ExperimentDocument, { id });
    expect(experiment).toMatchObject({ name: 'neu: ü "€"', description: 'why', tags: ['a', 'b'], phase: 'SUCCEEDED' });
    const refused = await glados('edit', id, '--name', ' ');
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toContain('The experiment has no name.');
  }, 60_000);

  it('and delete leaves nothing of it to be found', async () => {
    const id = await submit('gone', 1, 0);
    const kept = await submit('kept', 1, 0);
    for (const one of [id, kept]) await treeWhen(server.client, one, isWhole);
    expect(await glados('delete', id)).toMatchObject({ exitCode: 0, stdout: `${id}\n` });
    expect((await server.client.request(ExperimentDocument, { id })).experiment).toBeNull();
    expect((await glados('get', id)).stderr).toContain(`There is no experiment ${id}.`);
    expect((await glados('results', kept, '-o', 'csv')).stdout).toBe('Experiment Run,n,n\n0,1,1\n');
    expect((await glados('delete', id)).exitCode).not.toBe(0);
  }, 60_000);

  it('refuse to archive what has not ended', async () => {
    const id = await submit('going', 2, 20_000);
    const refused = await glados('archive', id);
    expect(refused.stderr).toMatch(/The experiment has not finished: it is (QUEUED|RUNNING)\./);
    expect(refused.stderr).toContain('Cancel it first, or wait for its end.');
    expect((await glados('cancel', id)).exitCode).toBe(0);
  }, 60_000);
});
