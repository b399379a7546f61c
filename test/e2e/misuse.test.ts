import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CancelExperimentDocument,
  ExperimentDocument,
  PreviewExperimentDocument,
  ResultsDocument,
  SubmitExperimentDocument,
  TrialLogDocument,
  TrialsDocument,
  type SubmitExperimentInput,
} from '../../src/client/generated/graphql.js';
import { isWhole, nodeProgram, submitted, treeWhen, uploadProgram } from '../support/experiments.js';
import { isAlive } from '../support/processes.js';
import { startServer, type ServerProcess } from '../support/server-process.js';

let server: ServerProcess;
let fileId: string;
const integer = (name: string, min: number, max: number, step = 1) => ({ integer: { name, min, max, step } });

beforeAll(async () => {
  server = await startServer();
  fileId = await uploadProgram(server.client, 'echo.js', nodeProgram(`write({ n: value('n') });`));
}, 60_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
}, 60_000);

function input(changes: Partial<SubmitExperimentInput> = {}): SubmitExperimentInput {
  return {
    name: 'misuse',
    program: { fileId },
    parameters: [integer('n', 1, 3)],
    resultFile: 'results.csv',
    ...changes,
  };
}

async function problems(changes: Partial<SubmitExperimentInput>) {
  const { submitExperiment } = await server.client.request(SubmitExperimentDocument, { input: input(changes) });
  return submitExperiment.userErrors.map(({ code, field }) => [code, field?.join('.')]);
}

describe('a submission that cannot be run', () => {
  it('is refused with the code and the path of every problem', async () => {
    expect(await problems({ parameters: [] })).toEqual([['PARAMETERS_EMPTY', 'parameters']]);
    const twice = [integer('n', 1, 2), integer('n', 1, 2)];
    expect(await problems({ parameters: twice })).toEqual([['PARAMETER_NAME_DUPLICATE', 'parameters.1.integer.name']]);
    expect(await problems({ parameters: [integer('n', 1, 3, 0)] })).toEqual([
      ['PARAMETER_STEP_INVALID', 'parameters.0.integer.step'],
    ]);
    expect(await problems({ parameters: [integer('n', 4, 3)] })).toEqual([
      ['PARAMETER_RANGE_INVALID', 'parameters.0.integer.min'],
    ]);
    expect(await problems({ program: { fileId: 'nothing' } })).toEqual([['FILE_NOT_FOUND', 'program.fileId']]);
    expect(await problems({ name: ' ', resultFile: '../up.csv', workers: 0, trialTimeoutSeconds: 0 })).toEqual(
      expect.arrayContaining([
        ['NAME_INVALID', 'name'],
        ['RESULT_FILE_INVALID', 'resultFile'],
        ['WORKERS_INVALID', 'workers'],
        ['TIMEOUT_INVALID', 'trialTimeoutSeconds'],
      ]),
    );
  });

  it('previews with the same problems, and changes nothing', async () => {
    const { previewExperiment } = await server.client.request(PreviewExperimentDocument, {
      input: input({ parameters: [integer('n', 4, 3)] }),
    });
    expect(previewExperiment).toMatchObject({ trialCount: null, trials: [], jobManifest: null });
    expect(previewExperiment.userErrors).toMatchObject([{ code: 'PARAMETER_RANGE_INVALID' }]);
  });

  it('says no when an experiment that has ended is cancelled, or one that never was', async () => {
    const id = await submitted(server.client, input());
    await treeWhen(server.client, id, isWhole);
    const ended = await server.client.request(CancelExperimentDocument, { input: { id } });
    expect(ended.cancelExperiment.userErrors).toMatchObject([{ code: 'EXPERIMENT_ALREADY_FINISHED' }]);
    const never = await server.client.request(CancelExperimentDocument, { input: { id: 'never' } });
    expect(never.cancelExperiment.userErrors).toMatchObject([{ code: 'EXPERIMENT_NOT_FOUND', field: ['id'] }]);
  }, 60_000);
});

describe('a space of 10^9 trials', () => {
  it('is accepted, paged at any place, run and cancelled, with the results that were there', async () => {
    const big = {
      parameters: ['a', 'b', 'n'].map((name) => integer(name, 0, 999)),
      sampling: { kind: 'GRID' },
    } as const;
    const { previewExperiment } = await server.client.request(PreviewExperimentDocument, {
      input: input({ ...big, parameters: [...big.parameters] }),
      first: 2,
    });
    expect(previewExperiment.trialCount).toBe(1_000_000_000);
    const id = await submitted(server.client, input({ ...big, parameters: [...big.parameters] }));
    await treeWhen(server.client, id, ({ experiment }) => (experiment?.counts.succeeded ?? 0) >= 3);
    const place = Buffer.from('999999997').toString('base64url');
    const page = await server.client.request(TrialsDocument, { id, first: 5, after: place });
    expect(page.experiment?.trials.nodes.map((trial) => [trial.index, trial.phase])).toEqual([
      [999_999_998, 'WAITING'],
      [999_999_999, 'WAITING'],
    ]);
    await server.client.request(CancelExperimentDocument, { input: { id } });
    const tree = await treeWhen(
      server.client,
      id,
      ({ experiment, pods }) => experiment?.phase === 'CANCELLED' && pods.size === 0,
    );
    const counts = tree.experiment?.counts;
    expect(counts?.waiting).toBe(0);
    expect(counts?.running).toBe(0);
    expect((counts?.succeeded ?? 0) + (counts?.cancelled ?? 0)).toBe(1_000_000_000);
    const { experiment } = await server.client.request(ResultsDocument, { id, first: 100 });
    expect(experiment?.results.totalCount).toBe(counts?.succeeded);
    expect(experiment?.results.rows[0]).toEqual(['0', '0', '0', '0', '0']);
  }, 90_000);
});

describe('programs that misbehave', () => {
  it('fail their own trial with its reason, and no other', async () => {
    const program = nodeProgram(`
      const n = Number(value('n'));
      if (n === 1) process.exit(3);
      if (n === 2) process.kill(process.pid, 'SIGKILL');
      if (n === 3) process.exit(0);
      if (n === 4) { fs.writeFileSync('results.csv', Buffer.from([0, 255, 254, 0, 10, 0, 200])); process.exit(0); }
      if (n === 5) { fs.writeFileSync('results.csv', 'a,b\\n1\\n'); process.exit(0); }
      if (n === 6) { fs.writeFileSync('results.csv', 'a\\n'); process.exit(0); }
      write({ n });`);
    const id = await submitted(server.client, {
      ...input({ parameters: [integer('n', 1, 8)], workers: 2 }),
      program: { fileId: await uploadProgram(server.client, 'bad.js', program) },
    });
    const tree = await treeWhen(server.client, id, isWhole);
    const outcomes = [...tree.trials.values()]
      .toSorted((a, b) => a.index - b.index)
      .map((trial) => trial.diagnosis?.code ?? trial.phase);
    expect(outcomes).toEqual([
      'PROGRAM_EXIT',
      'PROGRAM_SIGNAL',
      'RESULT_MISSING',
      'RESULT_MALFORMED',
      'RESULT_MALFORMED',
      'RESULT_MALFORMED',
      'SUCCEEDED',
      'SUCCEEDED',
    ]);
    expect(tree.experiment).toMatchObject({ phase: 'FAILED', counts: { succeeded: 2, failed: 6 } });
  }, 90_000);

  it('keep a log of 20 MB, and text of any kind, to the last line', async () => {
    const program = nodeProgram(`
      const line = 'x'.repeat(99) + '\\n';
      for (let n = 0; n < 200; n += 1) fs.writeSync(1, line.repeat(1000));
      fs.writeSync(1, 'ende: “ü” 😀\\n');
      fs.writeFileSync('results.csv', 'text\\n"a ""quoted"" ,\\n😀"\\n');`);
    const id = await submitted(server.client, {
      ...input({ parameters: [{ list: { name: 'wörd "x"', values: ['ä €', "it's"] } }], name: 'ünï “€” \'q\' "d"' }),
      program: { fileId: await uploadProgram(server.client, 'loud.js', program) },
    });
    const tree = await treeWhen(server.client, id, isWhole);
    expect(tree.experiment?.name).toBe('ünï “€” \'q\' "d"');
    expect(tree.experiment?.phase).toBe('SUCCEEDED');
    const log = await server.client.request(TrialLogDocument, { id, index: 1, tail: 1 });
    expect(log.experiment?.trial?.log).toContain('ende: “ü” 😀');
    const csv = await (await fetch(tree.experiment?.downloads.resultsCsv ?? '')).text();
    expect(csv).toBe('Experiment Run,text,"wörd ""x"""\n0,"a ""quoted"" ,\n😀",ä €\n1,"a ""quoted"" ,\n😀",it\'s\n');
  }, 120_000);

  it('are gone after their time, with children that ignore the signal', async () => {
    const program = `
      const { spawn } = require('node:child_process');
      process.on('SIGTERM', () => undefined);
      const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000)"]);
      console.log('pids ' + process.pid + ' ' + child.pid);
      setInterval(() => undefined, 1000);`;
    const id = await submitted(server.client, {
      ...input({ parameters: [integer('n', 1, 1)], trialTimeoutSeconds: 1 }),
      program: { fileId: await uploadProgram(server.client, 'stubborn.js', program) },
    });
    await treeWhen(server.client, id, isWhole);
    const { experiment } = await server.client.request(ExperimentDocument, { id });
    expect(experiment?.counts.timedOut).toBe(1);
    const log = await server.client.request(TrialLogDocument, { id, index: 0 });
    const pids =
      /pids (\d+) (\d+)/
        .exec(log.experiment?.trial?.log ?? '')
        ?.slice(1)
        .map(Number) ?? [];
    expect(pids).toHaveLength(2);
    expect(pids.filter(isAlive)).toEqual([]);
  }, 90_000);
});
