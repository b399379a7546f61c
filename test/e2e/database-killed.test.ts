import { expect, it } from '@jest/globals';
import { createTree } from '../../src/client/tree-store.js';
import { openDatabaseProcess } from '../support/database-process.js';
import { isWhole, nodeProgram, submitted, treeWhen, uploadProgram } from '../support/experiments.js';
import { startServer, temporaryDirectory } from '../support/server-process.js';

const total = 60;

it('an experiment whose database is killed twice goes on, and its stream misses and doubles nothing', async () => {
  using directory = temporaryDirectory();
  await using database = await openDatabaseProcess(directory.path);
  await using server = await startServer(['--data-dir', `${directory.path}/data`], 0, { MONGODB_URI: database.uri });
  const text = nodeProgram(`setTimeout(() => write({ n: value('n') }), 100);`);
  const id = await submitted(server.client, {
    name: 'outlives its database',
    program: { fileId: await uploadProgram(server.client, 'slow.js', text) },
    parameters: [{ integer: { name: 'n', min: 1, max: total, step: 1 } }],
    resultFile: 'results.csv',
  });

  const tree = createTree();
  const killAt = [10, 35];
  let resets = 0;
  let isAway = false;
  for await (const change of server.client.experimentTree({ id })) {
    tree.apply(change);
    if (change.reset) resets += 1;
    const [next] = killAt;
    if (isAway && change.freshness.staleSince !== null) {
      isAway = false;
      await database.start();
    } else if (next !== undefined && (tree.experiment?.counts.succeeded ?? 0) >= next) {
      killAt.shift();
      isAway = true;
      await database.kill();
    }
    if (tree.synced && isWhole(tree)) break;
  }

  // It was told of both times that the database was away, or this would not have ended.
  expect(killAt).toEqual([]);
  expect(resets).toBe(1);
  expect(tree.experiment).toMatchObject({ phase: 'SUCCEEDED', counts: { total, succeeded: total, running: 0 } });
  const rows = [...tree.trials.values()].map(({ index, result }) => [index, result.map(({ value }) => value)]);
  expect(rows.toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual(
    Array.from({ length: total }, (_, index) => [index, [String(index + 1)]]),
  );
  const anew = await treeWhen(server.client, id, () => true);
  expect(new Map(tree.trials)).toEqual(new Map(anew.trials));
}, 120_000);
