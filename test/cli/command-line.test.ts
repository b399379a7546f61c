import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommandLine } from '../../src/cli/command-line.js';
import { experiment, trial, treeChange } from '../client/facts.js';
import type { StreamServer } from '../client/stream-server.js';
import type { Answers } from './answering-server.js';
import { csv, diagnosis, startAnsweringServer } from './answering-server.js';
import { fakeOut } from './fake-out.js';

describe('the command line', () => {
  let directory: string;
  let server: StreamServer;
  let answers: Answers;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'glados-'));
    answers = { phase: 'SUCCEEDED', submitted: [] };
    server = await startAnsweringServer(answers);
    await writeFile(join(directory, 'add.py'), 'print(1)');
    await writeExperiment('add-numbers');
  });

  afterEach(async () => {
    await server[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  function writeExperiment(name: string): Promise<void> {
    return writeFile(
      join(directory, 'experiment.yml'),
      `name: ${name}\nprogram: add.py\nresultFile: r.csv\nparameters:\n  - integer: { name: x, min: 1, max: 2, step: 0 }\n`,
    );
  }

  async function glados(args: readonly string[], more: { server?: string; signal?: AbortSignal } = {}) {
    const [stdout, stderr] = [fakeOut(), fakeOut()];
    const exitCode = await runCommandLine({
      args,
      version: '1.2.3',
      stdout,
      stderr,
      color: false,
      directory,
      server: server.url,
      signal: new AbortController().signal,
      diagnose: () => [],
      readInput: async () => '',
      ...more,
    });
    return { exitCode, stdout: stdout.text, stderr: stderr.text };
  }

  async function tellEnd(): Promise<void> {
    const tree = await server.subscriptionAt(0);
    expect(tree.variables).toEqual({ id: 'e1' });
    const counts = { total: 2, waiting: 0, running: 0, succeeded: 1, failed: 0, timedOut: 1, cancelled: 0 };
    const trials = [trial(0, { phase: 'SUCCEEDED' }), trial(1, { phase: 'TIMED_OUT', diagnosis })];
    tree.push({ ...treeChange({ reset: true, experiment: experiment({ phase: answers.phase, counts }), trials }) });
  }

  it('run submits, follows, saves the results and names them', async () => {
    const [ran] = await Promise.all([glados(['run', directory]), tellEnd()]);
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toMatch(/results\.csv\n$/);
    expect(await readFile(join(directory, 'results.csv'), 'utf8')).toBe(csv);
    expect(answers.submitted).toEqual([
      expect.objectContaining({ name: 'add-numbers', program: { fileId: 'f1', kind: 'AUTO' } }),
    ]);
    expect((await readdir(directory)).sort()).toEqual(['add.py', 'experiment.yml', 'results.csv']);
  });

  it('run tells what failed and why, and ends with 1', async () => {
    answers.phase = 'FAILED';
    const output = join(directory, 'elsewhere.csv');
    const [ran] = await Promise.all([glados(['run', directory, '--output', output]), tellEnd()]);
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toContain('add-numbers FAILED: 1 succeeded, 1 timed out of 2 trials.\n');
    expect(ran.stderr).toContain('1  TIMED_OUT  x=2         It took longer than 60 s.  Raise trialTimeoutSeconds.\n');
    expect(await readFile(output, 'utf8')).toBe(csv);
  });

  it('run stops following when it is interrupted, and says how to see it again', async () => {
    const stop = new AbortController();
    void server.subscriptionAt(0).then(() => stop.abort());
    const ran = await glados(['run', directory], { signal: stop.signal });
    expect(ran.exitCode).toBe(130);
    expect(ran.stderr).toContain('glados watch e1 shows it again');
  });

  it('tells what the server refuses by the place in the file', async () => {
    await writeExperiment('refused');
    const ran = await glados(['submit', directory]);
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toMatch(
      /experiment\.yml:5:47: parameters\.0\.integer\.step: The step is 0\. Give one above 0\.\n$/,
    );
  });

  it('prints lists and single experiments as people and as programs want them', async () => {
    const list = await glados(['list']);
    expect(list.stdout.split('\n')[0]).toMatch(/^ID {2}NAME +PHASE +ENDED {2}FAILED +AGE$/);
    expect(list.stdout.split('\n')[1]).toMatch(/^e1 {2}add-numbers {2}SUCCEEDED {2}2\/4 +1 /);
    expect((await glados(['list', '-o', 'name'])).stdout).toBe('e1\n');
    expect(JSON.parse((await glados(['get', '@latest', '-o', 'json'])).stdout)).toMatchObject({
      id: 'e1',
      name: 'add-numbers',
    });
    expect((await glados(['get', 'e1'])).stdout).toContain(
      'Trials:      4: 1 succeeded, 1 failed, 1 running, 1 waiting\n',
    );
    expect((await glados(['get', 'e1', '-o', 'yaml'])).stdout).toContain('name: add-numbers\n');
  });

  it('prints results in three forms', async () => {
    expect((await glados(['results', 'e1', '-o', 'csv'])).stdout).toBe(csv);
    expect(JSON.parse((await glados(['results', 'e1', '-o', 'json'])).stdout)).toEqual([
      { 'Experiment Run': '0', Sum: '2', x: '1' },
      { 'Experiment Run': '1', Sum: 'TIMEOUT', x: '2' },
    ]);
    expect((await glados(['results', 'e1'])).stdout).toBe(
      'Experiment Run  Sum      x\n             0  2        1\n             1  TIMEOUT  2\n',
    );
  });

  it('prints the kept log of a trial, and the lines of an experiment with the trial before each', async () => {
    expect((await glados(['logs', 'e1', '--trial', '1'])).stdout).toBe('first\nsecond\n');
    const line = { id: 'l', time: '2026-11-25T09:11:55.000Z', podId: 'p', container: 'runner', stream: 'STDOUT' };
    void server.subscriptionAt(0).then(({ push }) =>
      push({
        lines: [
          { ...line, text: 'starting', trialIndex: null },
          { ...line, id: 'm', text: 'hello', trialIndex: 3 },
        ],
        cursor: 'c',
        gap: { reason: 'The pod is gone.' },
        ended: true,
      }),
    );
    const logs = await glados(['logs', 'e1', '--tail', '5']);
    expect(logs).toEqual({
      exitCode: 0,
      stdout: 'starting\n#3 hello\n',
      stderr: '! Lines are missing here: The pod is gone.\n',
    });
    expect(server.opened[0]?.variables).toEqual({
      experimentId: 'e1',
      podId: null,
      trialIndex: null,
      follow: false,
      tail: 5,
    });
  });

  it('finds the server that runs from a directory around this one', async () => {
    await mkdir(join(directory, '.glados'));
    await writeFile(join(directory, '.glados', 'server.json'), JSON.stringify({ url: server.url }));
    const inside = join(directory, 'a', 'b');
    const [stdout, stderr] = [fakeOut(), fakeOut()];
    const signal = new AbortController().signal;
    expect(
      await runCommandLine({
        args: ['list', '-o', 'name'],
        version: '1',
        stdout,
        stderr,
        color: false,
        directory: inside,
        signal,
        diagnose: () => [],
        readInput: async () => '',
      }),
    ).toBe(0);
    expect(stdout.text).toBe('e1\n');
  });

  it('ends with 2 when it is used wrongly, and 0 when help was asked for', async () => {
    expect(await glados(['lst'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Did you mean list?') });
    expect((await glados(['list', '-o', 'xml'])).exitCode).toBe(2);
    expect((await glados(['logs', 'e1', '--trial', 'x'])).stderr).toContain('It has to be a whole number');
    expect(await glados(['list', '--server', 'nonsense'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('"nonsense" is not the address'),
    });
    expect(await glados(['--help'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Usage: glados') });
    expect((await glados(['--version'])).stdout).toBe('1.2.3\n');
  });

  it('ends with 4 when the token that it follows with is not good any more, and says what to give', async () => {
    const run = glados(['run', directory]);
    await server.subscriptionAt(0);
    for (const socket of server.sockets) socket.close(4403, 'Your token is not good any more.');
    const { exitCode, stderr } = await run;
    expect(exitCode).toBe(4);
    expect(stderr).toContain('Your token is not good any more. Give a token with --token or GLADOS_TOKEN.');
  });

  it('says in one sentence what is not there, and who has to come first', async () => {
    const nobody = 'http://127.0.0.1:2/graphql';
    expect(await glados(['list', '--server', nobody])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `No GLADOS server answers at ${nobody}. Start one with npm start, or name one with --server.\n`,
    });
    expect(await glados(['get', 'e9'])).toMatchObject({
      exitCode: 1,
      stderr: 'There is no experiment e9. glados list names those there are.\n',
    });
    const unknown = await glados(['list', '--search', 'secret']);
    expect(unknown).toMatchObject({ exitCode: 4, stderr: 'Who are you? Give a token with --token or GLADOS_TOKEN.\n' });
  });
});
