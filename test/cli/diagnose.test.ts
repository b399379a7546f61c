import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCommandLine } from '../../src/cli/command-line.js';
import { diagnoseRecorded } from '../../src/diagnose-recorded.js';
import { faults, recording, recordings } from '../model/diagnose/recordings.js';
import { fakeOut } from './fake-out.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'glados-diagnose-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function diagnose(args: readonly string[], input = '') {
  const [stdout, stderr] = [fakeOut(), fakeOut()];
  const exitCode = await runCommandLine({
    args: ['diagnose', ...args],
    version: '1',
    stdout,
    stderr,
    color: false,
    directory,
    signal: new AbortController().signal,
    diagnose: diagnoseRecorded,
    readInput: async () => input,
  });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

const file = (start: string): string => join(faults, recordings.find(([name]) => name.startsWith(start))?.[0] ?? '');

describe('glados diagnose', () => {
  it('answers every file, in order, with the codes and the words of kubectl', async () => {
    const { exitCode, stdout, stderr } = await diagnose([file('013'), file('153'), '-o', 'json']);
    expect([exitCode, stderr]).toEqual([1, '']);
    expect(JSON.parse(stdout)).toMatchObject([
      {
        file: file('013'),
        code: 'UNSCHEDULABLE_CPU',
        message: '2 of 2 pods wait: 0 of 1 node has 100 free CPUs.',
        podStatuses: [
          { name: 'exp-013-0-btztq', status: 'Pending' },
          { name: 'exp-013-1-sxrsr', status: 'Pending' },
        ],
        jobStatus: 'Running',
      },
      { file: file('153'), code: null, message: null, hint: null, evidence: [], jobStatus: 'Complete' },
    ]);
  });

  it('ends with 0 when nothing is wrong', async () => {
    const { exitCode, stdout } = await diagnose([file('152')]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/exp-152 +Running +- +Nothing is wrong\.\n$/);
  });

  it('reads the standard input, also as kubectl prints a List', async () => {
    const { job, pods, events } = recording('165');
    const items = [{ ...job, kind: 'Job' }, ...pods.map((pod) => ({ ...pod, kind: 'Pod' }))];
    const list = { kind: 'List', items: [...items, ...events.map((event) => ({ ...event, kind: 'Event' }))] };
    const { exitCode, stdout } = await diagnose(['-', '-o', 'json'], JSON.stringify(list));
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([{ file: '-', job: 'exp-165', code: 'UNSCHEDULABLE_CPU' }]);
  });

  it('counts ages from the time that it is given', async () => {
    const later = await diagnose([file('063'), '--at', '2026-11-23T12:10:00Z', '-o', 'json']);
    expect(JSON.parse(later.stdout)).toMatchObject([{ code: 'CONTAINER_CREATING' }]);
    expect((await diagnose([file('063'), '--at', 'soon'])).exitCode).toBe(2);
  });

  it('names a file that it cannot read, with the place, answers the others and ends with 2', async () => {
    const broken = join(directory, 'broken.json');
    await writeFile(broken, '{ "job": null,\n  "pods": [}\n');
    const cases = [join(directory, 'none.json'), broken, file('088')];
    const { exitCode, stdout, stderr } = await diagnose([...cases, '-o', 'json']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject([{ file: file('088'), code: 'PROGRAM_EXIT' }]);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/none\.json cannot be read: .*no such file.*\.$/),
      expect.stringMatching(/broken\.json cannot be read: it is neither JSON nor YAML at line 2, column 1\d \(.*\)\.$/),
      '',
    ]);
  });

  it('says where objects are not as Kubernetes writes them', async () => {
    const { exitCode, stderr } = await diagnose(['-'], '{"job":null,"pods":[{"status":{"conditions":5}}]}');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^- cannot be read: .*not as Kubernetes writes it.*\.\n$/);
  });
});
