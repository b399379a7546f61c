import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api-double.js';
import { startRunner, until } from './run-trials.js';

/** Prints its own number and its grandchild's, then waits for ever; neither heeds SIGTERM. */
const stubborn = `
import { spawn } from 'node:child_process';
const deaf = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('pid ' + process.pid);";
spawn(process.execPath, ['-e', deaf], { stdio: 'inherit' });
eval(deaf);
`;

/** Ends at once and well, but leaves a grandchild that holds its pipes. */
const leaving = `
import { spawn } from 'node:child_process';
import fs from 'node:fs';
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
console.log('pid ' + child.pid);
fs.writeFileSync('results.csv', 'a\\n1\\n');
child.unref();
`;

const pidsIn = (text: string): number[] => [...text.matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));

/** A zombie that nobody has reaped counts as gone. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    return !/^\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*(?=\) )/s, ''));
  } catch {
    // No such process.
    return false;
  }
}

describe('Ending a program', () => {
  it('on a timeout kills a program that ignores SIGTERM, and what it started', async () => {
    await using api = await startApi({ program: stubborn, configs: ['x'], plan: { trialTimeoutSeconds: 1 } });
    await using runner = await startRunner(api);
    expect(await runner.end).toBe('done');
    const pids = pidsIn(runner.printed());
    expect(pids).toHaveLength(2);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(api.applicationOf(0)).toMatchObject({
      outcome: 'TIMED_OUT',
      signal: 'SIGKILL',
      diagnosis: { code: 'PROGRAM_TIMEOUT', message: 'The program did not end within 1 second, so it was stopped.' },
    });
    expect(Number(api.applicationOf(0).durationSeconds)).toBeGreaterThan(5);
  });

  it('on a timeout goes on with the next trial', async () => {
    const program = `[ "$(cat "$1")" = hang ] && exec tail -f /dev/null\nprintf 'a\\n1\\n' > results.csv\n`;
    const plan = { programName: 'program.sh', trialTimeoutSeconds: 1 };
    await using api = await startApi({ program, configs: ['go', 'hang', 'go'], plan });
    await using runner = await startRunner(api);
    expect(await runner.end).toBe('done');
    expect([0, 1, 2].map((index) => api.applicationOf(index).outcome)).toEqual(['SUCCEEDED', 'TIMED_OUT', 'SUCCEEDED']);
    expect(api.applicationOf(1).signal).toBe('SIGTERM');
  });

  it('after a normal end kills what the program left running', async () => {
    await using api = await startApi({ program: leaving, configs: ['x'] });
    await using runner = await startRunner(api);
    expect(await runner.end).toBe('done');
    const pids = pidsIn(runner.printed());
    expect(pids).toHaveLength(1);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(api.applicationOf(0).outcome).toBe('SUCCEEDED');
  });

  it('does not wait for a daemon that left the group and holds its pipes', async () => {
    const daemon = leaving.replace("stdio: 'inherit'", "stdio: 'inherit', detached: true");
    await using api = await startApi({ program: daemon, configs: ['x'] });
    await using runner = await startRunner(api);
    try {
      expect(await runner.end).toBe('done');
      expect(api.applicationOf(0).outcome).toBe('SUCCEEDED');
    } finally {
      for (const pid of pidsIn(runner.printed())) process.kill(pid, 'SIGKILL');
    }
  });
});

describe('A runner that is told to stop', () => {
  it('ends the program, hands in what has ended, and gives back the rest', async () => {
    const program = `[ "$(cat "$1")" = hang ] && { echo hanging; exec tail -f /dev/null; }\nprintf 'a\\n1\\n' > results.csv\n`;
    const configs = ['go', 'hang', 'go', 'go'];
    await using api = await startApi({ program, configs, plan: { programName: 'program.sh' } });
    await using runner = await startRunner(api);
    await until(() => runner.printed().includes('hanging'));
    runner.stop.abort(new Error('SIGTERM'));
    expect(await runner.end).toBe('stopped');
    expect(api.applicationOf(0).outcome).toBe('SUCCEEDED');
    expect(api.applicationOf(1).outcome).toBe('RELEASED');
    expect([...api.waiting].sort()).toEqual([1, 2, 3]);
    expect(api.applied.filter(({ outcome }) => outcome === 'SUCCEEDED')).toHaveLength(1);
  });

  it('is done when everything had ended anyway', async () => {
    await using api = await startApi({
      program: `printf 'a\\n1\\n' > results.csv`,
      configs: ['x'],
      plan: { programName: 'a.sh' },
    });
    await using runner = await startRunner(api);
    const claimed = (): number => api.asked.filter(({ operation }) => operation === 'ClaimTrials').length;
    await until(() => claimed() === 2 || api.applied.length === 1);
    await until(() => api.applied.length === 1);
    runner.stop.abort(new Error('SIGTERM'));
    expect(await runner.end).toBe('done');
  });
});
