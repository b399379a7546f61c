import { expect, it } from '@jest/globals';
import { createTree } from '../../src/client/tree-store.js';
import { isWhole, nodeProgram, submitted, uploadProgram } from '../support/experiments.js';
import { startServer } from '../support/server-process.js';
import { settableClock } from '../support/shifted-clock.js';

const total = 60;

it('an experiment over whose life the clock is set back an hour and forward again is told without a gap or a lie', async () => {
  await using server = await startServer(['--ephemeral'], 0, { NODE_OPTIONS: settableClock });
  const text = nodeProgram(`setTimeout(() => write({ n: value('n') }), 100);`);
  const id = await submitted(server.client, {
    name: 'out of time',
    program: { fileId: await uploadProgram(server.client, 'slow.js', text) },
    parameters: [{ integer: { name: 'n', min: 1, max: total, step: 1 } }],
    resultFile: 'results.csv',
  });

  const tree = createTree();
  const setAt = [10, 35];
  const stale: unknown[] = [];
  let resets = 0;
  let cursor: string | undefined;
  for await (const change of server.client.experimentTree({ id })) {
    tree.apply(change);
    cursor = change.cursor;
    if (change.reset) resets += 1;
    if (change.freshness.staleSince !== null) stale.push(change.freshness);
    const [next] = setAt;
    if (next !== undefined && (tree.experiment?.counts.succeeded ?? 0) >= next) {
      setAt.shift();
      process.kill(server.pid, 'SIGUSR2');
      // Who comes back with a cursor from before the clock was set goes on behind it.
      for await (const { reset } of server.client.experimentTree({ id, after: cursor })) {
        expect(reset).toBe(false);
        break;
      }
    }
    if (tree.synced && isWhole(tree)) break;
  }

  expect(setAt).toEqual([]);
  expect({ resets, stale }).toEqual({ resets: 1, stale: [] });
  expect(tree.experiment).toMatchObject({ phase: 'SUCCEEDED', counts: { total, succeeded: total, running: 0 } });
  expect([...tree.trials.values()].filter(({ attempt }) => attempt !== 1)).toEqual([]);
  const rows = [...tree.trials.values()].map(({ index, result }) => [index, result[0]?.value]);
  expect(rows.toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual(
    Array.from({ length: total }, (_, index) => [index, String(index + 1)]),
  );
}, 120_000);
