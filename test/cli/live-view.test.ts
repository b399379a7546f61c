import { describe, expect, it } from '@jest/globals';
import { followExperiment } from '../../src/cli/live-view.js';
import { createScreen } from '../../src/cli/screen.js';
import { span } from '../../src/cli/span.js';
import type { ExperimentTreeChange } from '../../src/client/client.js';
import { experiment, pod, treeChange, trial } from '../client/facts.js';
import { fakeOut, screenOf } from './fake-out.js';

/** A client whose tree tells these changes, then nothing more. */
function telling(changes: readonly ExperimentTreeChange[]) {
  return {
    experimentTree: async function* ({ signal }: { signal?: AbortSignal }) {
      yield* changes;
      if (!signal?.aborted) await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    },
  };
}

const counts = { total: 2, waiting: 0, running: 0, succeeded: 1, failed: 1, timedOut: 0, cancelled: 0 };
const story = [
  treeChange({
    reset: true,
    experiment: experiment({ phase: 'QUEUED', counts: { ...counts, waiting: 2, succeeded: 0, failed: 0 } }),
  }),
  treeChange({ pods: [pod('a', { status: 'Pending', phase: 'PENDING' })] }),
  treeChange({
    pods: [pod('a')],
    experiment: experiment({ counts: { ...counts, running: 2, succeeded: 0, failed: 0 } }),
  }),
  treeChange({ trials: [trial(0), trial(1)] }),
  treeChange({
    trials: [
      trial(0, {
        phase: 'SUCCEEDED',
        result: [{ name: 'Sum', value: '2', number: 2 }],
        finishedAt: '1',
        durationSeconds: 0.5,
      }),
    ],
  }),
  treeChange({ reset: true, synced: false, experiment: experiment({ counts }) }),
  treeChange({ pods: [pod('a')], trials: [trial(1), trial(0, { phase: 'SUCCEEDED', finishedAt: '1' })] }),
  treeChange({ experiment: experiment({ phase: 'FAILED', counts, finishedAt: '2026-11-25T09:12:25.000Z' }) }),
  treeChange({ trials: [trial(1, { phase: 'TIMED_OUT', signal: 'SIGKILL', finishedAt: '2', durationSeconds: 61 })] }),
];

describe('following an experiment', () => {
  it('prints one line per change when there is no terminal, and nothing twice', async () => {
    const out = fakeOut();
    const ended = await followExperiment({ client: telling(story), id: 'e1', out, color: false });
    expect(ended?.phase).toBe('FAILED');
    expect(out.text.split('\n')).toEqual([
      'experiment add-numbers: QUEUED (2 waiting)',
      'pod glados-e1-a: Pending',
      'experiment add-numbers: RUNNING (2 running)',
      'pod glados-e1-a: Running',
      'trial 0: SUCCEEDED x=1 → Sum=2 (500 ms)',
      'trial 1: TIMED_OUT x=2 → signal SIGKILL (1:01)',
      'experiment add-numbers: FAILED (1 succeeded, 1 failed)',
      '',
    ]);
  });

  it('leaves the last picture on a terminal, and the cursor shown', async () => {
    const out = fakeOut({ isTerminal: true, columns: 70 });
    await followExperiment({ client: telling(story), id: 'e1', out, color: true });
    expect(screenOf(out.text, 70)).toEqual([
      'add-numbers  FAILED  0:30  e1',
      '███████████████░░░░░░░░░░░░░░░ 50%  2/2  12/min  ✓ 1 succeeded  ✗ 1 …',
      '   ├─ Pod glados-e1-a  Running  node-a',
      '   Last ended',
      '   ✗ #1  x=2 → signal SIGKILL  1:01',
      '   ✓ #0  x=1',
      '',
    ]);
    expect(out.text.lastIndexOf('\u001b[?25h')).toBeGreaterThan(out.text.lastIndexOf('\u001b[?25l'));
  });

  it('stops when it is told to, and gives back what was seen', async () => {
    const stop = new AbortController();
    const out = fakeOut({ write: (text) => text.includes('Running') && stop.abort() });
    const seen = await followExperiment({
      client: telling(story.slice(0, 3)),
      id: 'e1',
      out,
      color: false,
      signal: stop.signal,
    });
    expect(seen?.phase).toBe('RUNNING');
  });
});

describe('lines that are drawn over', () => {
  it('end in the last picture, whether it has grown or shrunk', () => {
    const out = fakeOut({ columns: 20 });
    const screen = createScreen(out, false);
    screen.draw([[span('one')], [span('two')]]);
    screen.draw([[span('a much longer line than fits')], [span('2')], [span('3')]]);
    expect(screenOf(out.text, 20)).toEqual(['a much longer line…', '2', '3', '']);
    screen.draw([[span('x')]]);
    screen.end();
    expect(screenOf(out.text, 20)).toEqual(['x', '']);
  });

  it('count the rows that a narrower terminal has made of them', () => {
    const size = { columns: 40 };
    const out = fakeOut(size);
    Object.defineProperty(out, 'columns', { get: () => size.columns });
    const screen = createScreen(out, false);
    screen.draw([[span('x'.repeat(35))], [span('y')]]);
    size.columns = 20;
    const before = out.text.length;
    screen.draw([[span('z')]]);
    expect(out.text.slice(before)).toContain('\u001b[3A\r');
  });
});
