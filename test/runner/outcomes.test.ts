import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api-double.js';
import { startRunner } from './run-trials.js';

/** A program whose behaviour is the JavaScript in its configuration file. */
const program = `
import fs from 'node:fs';
const config = fs.readFileSync(process.argv[2], 'utf8');
await eval('(async () => {' + config + '})()');
`;

async function outcomeOf(config: string, plan = {}) {
  await using api = await startApi({ program, configs: [config], plan });
  await using runner = await startRunner(api);
  const end = await runner.end;
  return {
    end,
    report: api.applicationOf(0),
    printed: runner.printed(),
    left: readdirSync(join(runner.work, 'program')),
  };
}

describe('The outcome of a trial', () => {
  it('succeeds with exit code 0 and a result row, whatever stood on standard error', async () => {
    const { end, report, printed, left } = await outcomeOf(`
      console.log('working'); console.error('a warning');
      fs.writeFileSync('results.csv', 'Sum,Ratio\\n3,0.10\\n');
    `);
    expect(end).toBe('done');
    expect(report).toMatchObject({
      outcome: 'SUCCEEDED',
      exitCode: 0,
      attempt: 1,
      resultColumns: ['Sum', 'Ratio'],
      resultValues: ['3', '0.10'],
    });
    expect(report.log?.split('\n').sort()).toEqual(['', 'a warning', 'working']);
    expect(Number(report.durationSeconds)).toBeGreaterThan(0);
    expect(Math.abs(Date.now() - Date.parse(report.startedAt ?? ''))).toBeLessThan(60_000);
    expect(printed).toContain('#0.1 out: working\n');
    expect(printed).toContain('#0.1 err: a warning\n');
    expect(left).toEqual(['program.mjs']);
  });

  it('fails with the exit code and the last lines of standard error', async () => {
    const { end, report } = await outcomeOf(
      `for (let i = 0; i < 9; i++) console.error('line ' + i); process.exitCode = 3;`,
    );
    expect(end).toBe('done');
    expect(report).toMatchObject({ outcome: 'FAILED', exitCode: 3, diagnosis: { code: 'PROGRAM_EXIT' } });
    expect(report.diagnosis?.message).toContain('exit code 3');
    expect(report.diagnosis?.evidence).toEqual(['line 4', 'line 5', 'line 6', 'line 7', 'line 8']);
  });

  it('fails with the signal that ended the program', async () => {
    const { report } = await outcomeOf(
      `process.kill(process.pid, 'SIGKILL'); await new Promise(() => setInterval(() => {}, 1000));`,
    );
    expect(report).toMatchObject({
      outcome: 'FAILED',
      signal: 'SIGKILL',
      exitCode: null,
      diagnosis: { code: 'PROGRAM_SIGNAL' },
    });
  });

  it('fails when there is no result file, and lists the files that are there', async () => {
    const { report } = await outcomeOf(`fs.writeFileSync('result.csv', 'a\\n1\\n')`);
    expect(report).toMatchObject({ outcome: 'FAILED', exitCode: 0, diagnosis: { code: 'RESULT_MISSING' } });
    expect(report.diagnosis?.message).toContain('results.csv');
    expect(report.diagnosis?.evidence).toEqual(['It wrote: result.csv']);
  });

  it('fails when the result file is malformed', async () => {
    const { report } = await outcomeOf(`fs.writeFileSync('results.csv', 'a,b\\n1,2\\n3\\n')`);
    expect(report).toMatchObject({ outcome: 'FAILED', diagnosis: { code: 'RESULT_MALFORMED' } });
    expect(report.diagnosis?.message).toContain('line 3');
  });

  it('keeps unicode, quotes and line ends of values as they were written', async () => {
    const { report } = await outcomeOf(
      `fs.writeFileSync('results.csv', '\\ufeffname,"a ""b"""\\r\\n"é 漢 🙂\\r\\nnext","1,5"\\r\\n')`,
    );
    expect(report).toMatchObject({
      outcome: 'SUCCEEDED',
      resultColumns: ['name', 'a "b"'],
      resultValues: ['é 漢 🙂\r\nnext', '1,5'],
    });
  });

  it('gives the program its configuration, a directory of its own beside the program, and no secrets', async () => {
    const { report } = await outcomeOf(`
      const seen = [process.cwd() === (await import('node:path')).dirname(process.argv[2]), fs.existsSync('../program.mjs'),
        fs.readdirSync('.').join(), process.env.GLADOS_TRIAL, process.env.GLADOS_TOKEN, process.env.GLADOS_API,
        fs.readFileSync(0).length, process.env.PYTHONUNBUFFERED];
      fs.writeFileSync('results.csv', 'own,beside,files,trial,token,api,stdin,python\\n' + seen.join() + '\\n');
    `);
    expect(report.resultValues).toEqual(['true', 'true', 'config.ini', '0', '', '', '0', '1']);
  });

  it('fails every trial with the same words when the program cannot be started', async () => {
    await using api = await startApi({
      program: 'no kind at all',
      configs: ['', '', ''],
      plan: { programName: 'thing.dat' },
    });
    await using runner = await startRunner(api);
    expect(await runner.end).toBe('done');
    expect(api.applied.map(({ outcome, diagnosis }) => [outcome, diagnosis?.code])).toEqual(
      Array.from({ length: 3 }, () => ['FAILED', 'PROGRAM_NOT_FOUND']),
    );
    expect(api.applicationOf(2).diagnosis?.message).toContain('thing.dat');
    expect(runner.printed()).toContain('runner: ');
  });

  it('runs the command of the user, with paths into the program’s directory', async () => {
    const plan = { programName: 'run.txt', command: ['sh', 'run.txt', 'run', '--fast'], programKind: 'BINARY' };
    const script = `echo "first,second,third" > results.csv\necho "$1,$2,\${3##*/}" >> results.csv\n`;
    await using api = await startApi({ program: script, configs: ['x'], plan: plan as never });
    await using runner = await startRunner(api);
    await runner.end;
    expect(api.applicationOf(0).resultValues).toEqual(['run', '--fast', 'config.ini']);
  });

  it('leaves nothing of a trial on the disk', async () => {
    const { left } = await outcomeOf(
      `fs.mkdirSync('deep/er', { recursive: true }); fs.writeFileSync('deep/er/x', '1');`,
    );
    expect(left).toEqual(['program.mjs']);
  });
});
