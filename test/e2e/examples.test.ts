import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ExperimentDocument, TrialLogDocument } from '../../src/client/generated/graphql.js';
import { runProgram, startServer, temporaryDirectory, type ServerProcess } from '../support/server-process.js';

let server: ServerProcess;
const directory = temporaryDirectory();

beforeAll(async () => {
  server = await startServer();
}, 60_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  directory[Symbol.dispose]();
}, 60_000);

/** Runs an example as the README says, and gives back its results. */
async function run(example: string) {
  const output = join(directory.path, `${example}.csv`);
  const ended = await runProgram('glados.js', [
    'run',
    `examples/${example}`,
    '--server',
    server.url,
    '--output',
    output,
  ]);
  const id = /Submitted .* as (\w+):/.exec(ended.stderr)?.[1] ?? '';
  return { ...ended, id, lines: readFileSync(output, 'utf8').split('\n') };
}

/** All that tells one submission from another. */
async function asked(id: string) {
  const { experiment } = await server.client.request(ExperimentDocument, { id });
  if (!experiment) throw new Error(`There is no ${id}`);
  const { name, description, tags, parameters, sampling, constants, configFormat, objective } = experiment;
  const { resultFile, resultRow, trialTimeoutSeconds, workers, resources, program, counts } = experiment;
  const { file, ...start } = program;
  const what = { name, description, tags, parameters, sampling, constants, configFormat, objective };
  const how = { resultFile, resultRow, trialTimeoutSeconds, workers, resources, start, total: counts.total };
  return { ...what, ...how, file: [file?.name, file?.size] };
}

const glados = (...args: string[]) => runProgram('glados.js', [...args, '--server', server.url]);

describe('glados export', () => {
  it.each(['json-config', 'constants-and-group', 'reads-arguments', 'add-numbers-node'])(
    'writes %s so that submitting it again is the same experiment',
    async (example) => {
      const first = (await glados('submit', `examples/${example}`)).stdout.trim();
      const target = join(directory.path, `${example}-again`);
      expect(await glados('export', first, target)).toMatchObject({ exitCode: 0, stdout: `${target}\n` });
      const again = (await glados('submit', target)).stdout.trim();
      expect(await asked(again)).toEqual(await asked(first));
      const refused = await glados('export', first, target);
      expect(refused.exitCode).not.toBe(0);
      expect(refused.stderr).toContain('is there already: name another directory.');
      for (const id of [first, again]) await glados('cancel', id);
    },
    60_000,
  );
});

describe('the examples', () => {
  it('add-numbers-node writes 19 rows exactly as v1 numbers them', async () => {
    const { exitCode, lines } = await run('add-numbers-node');
    expect(exitCode).toBe(0);
    const defaults = Array.from({ length: 10 }, (_, n) => [1, n + 1]);
    const points = [...defaults, ...Array.from({ length: 9 }, (_, n) => [n + 2, 1])];
    const rows = points.map(([x = 0, y = 0], index) => `${index},${x + y},${x - y},${x},${y}`);
    expect(lines).toEqual(['Experiment Run,Addition,Subtraction,x,y', ...rows, '']);
  }, 60_000);

  it('reads-arguments runs a program that knows nothing of configuration files', async () => {
    const { exitCode, lines } = await run('reads-arguments');
    expect(exitCode).toBe(0);
    const points = [1, 2, 3].flatMap((x) => [10, 20].map((y) => ({ x, y, sum: x + y })));
    const named = lines.slice(1, -1).map((line) => {
      const [, sum, x, y] = line.split(',').map(Number);
      return { x, y, sum };
    });
    expect(lines[0]).toBe('Experiment Run,sum,x,y');
    expect(named).toEqual(points);
  }, 60_000);

  it('json-config gives its program native types, in the same five samples on every machine', async () => {
    const { exitCode, lines } = await run('json-config');
    expect(exitCode).toBe(0);
    expect(lines[0]).toBe('Experiment Run,loss,types,activation,depth,rate,shuffle');
    const rows = lines.slice(1, -1).map((line) => line.split(','));
    for (const [, loss, types, activation, depth, rate] of rows) {
      expect(types).toBe('number string number boolean');
      expect(Number(loss)).toBeCloseTo(Number(rate) * Number(depth) + (activation === 'relu' ? 0 : 1), 12);
    }
    expect(rows.map((row) => row.slice(3).join(' '))).toEqual([
      'relu 2 0.1 False',
      'tanh 1 0.1 False',
      'relu 1 0.01 True',
      'relu 1 0.001 True',
      'relu 1 0.01 False',
    ]);
  }, 60_000);

  it('one-fails fails one trial, says why, and keeps the row of every other', async () => {
    const { exitCode, lines, stderr, id } = await run('one-fails');
    expect(exitCode).toBe(1);
    expect(lines).toEqual([
      'Experiment Run,Quotient,divisor',
      '0,-50,-2',
      '1,-100,-1',
      '2,ERROR,0',
      '3,100,1',
      '4,50,2',
      '',
    ]);
    expect(stderr).toContain('The program ended with exit code 1.');
    const { experiment } = await server.client.request(ExperimentDocument, { id });
    expect(experiment).toMatchObject({ phase: 'FAILED', diagnosis: { code: 'TRIALS_FAILED' } });
    const log = await server.client.request(TrialLogDocument, { id, index: 2 });
    expect(log.experiment?.trial?.log).toContain('divi');
  }, 60_000);

  it('one-times-out ends one trial after its time and no other', async () => {
    const { exitCode, lines, id } = await run('one-times-out');
    expect(exitCode).toBe(1);
    expect(lines[1]).toBe('0,TIMEOUT,TIMEOUT,-100');
    expect(lines.filter((line) => /^\d/.test(line))).toHaveLength(4);
    const { experiment } = await server.client.request(ExperimentDocument, { id });
    expect(experiment?.counts).toMatchObject({ total: 4, succeeded: 3, timedOut: 1, failed: 0 });
  }, 60_000);

  it('constants-and-group gives the program its constants and the rows of its group', async () => {
    const { exitCode, lines } = await run('constants-and-group');
    expect(exitCode).toBe(0);
    expect(lines.slice(0, 3)).toEqual([
      'Experiment Run,Label,Hours,distance,name,speed',
      '0,"bicycle, 10 km",0.5,10,bicycle,20',
      '1,"train, 10 km",0.0625,10,train,160',
    ]);
  }, 60_000);
});
