import { describe, expect, it } from '@jest/globals';
import { frame } from '../../src/cli/live-frame.js';
import { paint } from '../../src/cli/span.js';
import { widthOf } from '../../src/cli/text.js';
import { createTree } from '../../src/client/tree-store.js';
import { experiment, job, pod, treeChange, trial } from '../client/facts.js';

const now = Date.parse('2026-11-25T09:12:05.000Z');

function busyTree() {
  const tree = createTree();
  tree.apply(
    treeChange({
      reset: true,
      experiment: experiment(),
      jobs: [job()],
      pods: [
        pod('a', { completionIndex: 0 }),
        pod('b', { completionIndex: 1, phase: 'PENDING', status: 'ContainerCreating', nodeName: null }),
      ],
      trials: [
        trial(0, {
          phase: 'SUCCEEDED',
          result: [{ name: 'Sum', value: '2', number: 2 }],
          finishedAt: '2026-11-25T09:12:00.000Z',
          durationSeconds: 0.042,
        }),
        trial(1, { phase: 'FAILED', exitCode: 3, finishedAt: '2026-11-25T09:12:01.000Z', durationSeconds: 75 }),
        trial(2, { podId: 'a', attempt: 2 }),
      ],
    }),
  );
  return tree;
}

function drawn(needs: Parameters<typeof frame>[0], columns = 200): string[] {
  return frame(needs).map((line) => paint(line, columns, false));
}

describe('one picture of the live view', () => {
  it('shows the experiment, its Job, its pods with what they run, and what ended last', () => {
    expect(drawn({ tree: busyTree(), now, rows: 24 })).toEqual([
      'add-numbers  RUNNING  0:10  e1',
      '███████████████░░░░░░░░░░░░░░░ 50%  2/4  ETA 0:10  12/min  ✓ 1 succeeded  ✗ 1 failed  ● 1 running  ○ 1 waiting',
      '└─ Job glados-e1  active 2  succeeded 0  failed 0',
      '   ├─ Pod glados-e1-a  Running  node-a',
      '   │  ● #2  x=3  attempt 2  0:10',
      '   ├─ Pod glados-e1-b  ContainerCreating',
      '   Last ended',
      '   ✗ #1  x=2 → exit code 3  1:15',
      '   ✓ #0  x=1 → Sum=2  42 ms',
    ]);
  });

  it('warns when facts are stale and when nothing arrives', () => {
    const tree = busyTree();
    tree.apply(
      treeChange({
        freshness: {
          asOf: '2026-11-25T09:11:00.000Z',
          staleSince: '2026-11-25T09:11:35.000Z',
          reason: 'the cluster does not answer',
        },
      }),
    );
    expect(drawn({ tree, now, interrupted: 'connect ECONNREFUSED', rows: 24 }).slice(-2)).toEqual([
      '! No connection: connect ECONNREFUSED. Trying again …',
      '! These facts are 0:30 old: the cluster does not answer.',
    ]);
  });

  it('is never higher than asked for, and says what it leaves out', () => {
    const tree = busyTree();
    const pods = Array.from({ length: 40 }, (_, index) => pod(`more-${index}`, { completionIndex: index + 2 }));
    tree.apply(treeChange({ pods }));
    for (let rows = 1; rows <= 60; rows += 1) expect(drawn({ tree, now, rows }).length).toBeLessThanOrEqual(rows);
    const lines = drawn({ tree, now, rows: 12 });
    expect(lines).toContain('   … 38 more lines');
    expect(lines.at(-1)).toBe('   ✓ #0  x=1 → Sum=2  42 ms');
  });

  it('is never wider than asked for, though letters be two columns wide', () => {
    const tree = busyTree();
    tree.apply(treeChange({ experiment: experiment({ name: '数値を足す👩‍👩‍👧 ünïcödé'.repeat(4) }) }));
    for (const columns of [1, 2, 3, 10, 37, 80]) {
      for (const line of drawn({ tree, now, rows: 24 }, columns)) expect(widthOf(line)).toBeLessThanOrEqual(columns);
    }
  });

  it('lets no name act on the terminal', () => {
    const tree = busyTree();
    tree.apply(treeChange({ experiment: experiment({ name: 'bad\u001b[2J\nname\u202e' }) }));
    expect(drawn({ tree, now, rows: 24 })[0]).toBe('bad [2J name   RUNNING  0:10  e1');
  });

  it('waits when nothing is known yet', () => {
    expect(drawn({ tree: createTree(), now, rows: 24 })).toEqual(['Waiting for the experiment …']);
  });
});
