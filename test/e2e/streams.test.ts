import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { ExperimentTreeChange } from '../../src/client/client.js';
import { createTree } from '../../src/client/tree-store.js';
import { isWhole, nodeProgram, submitted, treeWhen, uploadProgram } from '../support/experiments.js';
import { startServer, type ServerProcess } from '../support/server-process.js';

let server: ServerProcess;
let fileId: string;

beforeAll(async () => {
  server = await startServer();
  const text = nodeProgram(`console.log('n is ' + value('n')); setTimeout(() => write({ n: value('n') }), 30);`);
  fileId = await uploadProgram(server.client, 'steady.js', text);
}, 60_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
}, 60_000);

function submit(max: number, workers = 1) {
  return submitted(server.client, {
    name: 'streamed',
    program: { fileId },
    parameters: [{ integer: { name: 'n', min: 1, max, step: 1 } }],
    resultFile: 'results.csv',
    workers,
  });
}

describe('experimentTree', () => {
  it('shows the experiment, its Job, its pods and every trial, and never goes back', async () => {
    const id = await submit(12, 2);
    const order: Record<string, number> = { WAITING: 0, RUNNING: 1, SUCCEEDED: 2 };
    const seen = new Map<string, number>();
    const tree = createTree();
    let first: ExperimentTreeChange | undefined;
    for await (const change of server.client.experimentTree({ id })) {
      first ??= change;
      for (const trial of change.trials) {
        expect(order[trial.phase]).toBeGreaterThanOrEqual(seen.get(trial.id) ?? 0);
        seen.set(trial.id, order[trial.phase] ?? 0);
      }
      tree.apply(change);
      const job = [...tree.jobs.values()][0];
      const isOver = job?.conditions.some((condition) => condition.type === 'Complete');
      // Jobs and pods are watched apart: either may be told first.
      if (isWhole(tree) && isOver && [...tree.pods.values()].every(({ phase }) => phase === 'SUCCEEDED')) break;
    }
    expect(first).toMatchObject({ reset: true, synced: true });
    expect(tree.trials.size).toBe(12);
    expect(tree.jobs.size).toBe(1);
    expect([...tree.pods.values()].map((pod) => pod.status)).toEqual(['Completed', 'Completed']);
    expect(tree.freshness?.staleSince).toBeNull();
  }, 60_000);

  it('resumes behind a cursor without a reset, with exactly what came after it', async () => {
    const id = await submit(10);
    const early = createTree();
    let cursor = '';
    for await (const change of server.client.experimentTree({ id })) {
      early.apply(change);
      cursor = change.cursor;
      if (change.synced && early.trials.size > 0) break;
    }
    const whole = await treeWhen(server.client, id, isWhole);
    for await (const change of server.client.experimentTree({ id, after: cursor })) {
      expect(change.reset).toBe(false);
      early.apply(change);
      if (change.synced && isWhole(early)) break;
    }
    expect(new Map(early.trials)).toEqual(new Map(whole.trials));
  }, 60_000);

  it('answers a cursor that it did not give with a reset', async () => {
    const id = await submit(2);
    await treeWhen(server.client, id, isWhole);
    for await (const change of server.client.experimentTree({ id, after: 'nonsense' })) {
      expect(change).toMatchObject({ reset: true, experiment: { id, phase: 'SUCCEEDED' } });
      expect(change.trials).toHaveLength(2);
      break;
    }
  }, 60_000);

  it('refuses an experiment that never was', async () => {
    const stream = server.client.experimentTree({ id: 'never' });
    await expect(stream.next()).rejects.toThrow('There is no experiment "never".');
  });
});

describe('the other streams', () => {
  it('tell of a new experiment, its Job, its pod and its trials', async () => {
    const known = new Set<string>();
    const experiments = server.client.experimentsChanged({ filter: { search: 'streamed' } });
    for await (const change of experiments) {
      for (const { id } of change.experiments) known.add(id);
      if (change.synced) break;
    }
    const id = await submit(3);
    for await (const change of server.client.experimentsChanged({})) {
      const found = change.experiments.find((experiment) => experiment.id === id);
      if (found?.phase === 'SUCCEEDED') break;
    }
    for await (const { jobs } of server.client.jobsChanged({ experimentId: id })) {
      expect(jobs).toMatchObject([{ experimentId: id, parallelism: 1, completions: 1 }]);
      break;
    }
    for await (const { pods } of server.client.podsChanged({ experimentId: id })) {
      expect(pods).toMatchObject([{ experimentId: id, completionIndex: 0, nodeName: 'local' }]);
      break;
    }
    for await (const { trials } of server.client.trialsChanged({ experimentId: id, phases: ['SUCCEEDED'] })) {
      expect(trials.map((trial) => trial.result[0]?.number)).toEqual([1, 2, 3]);
      break;
    }
    expect(known.has(id)).toBe(false);
  }, 60_000);

  it('follow the lines of a trial to their end, each once', async () => {
    const id = await submit(4);
    const lines: string[] = [];
    for await (const change of server.client.logs({ experimentId: id, trialIndex: 2 })) {
      lines.push(...change.lines.map((line) => `${line.trialIndex} ${line.stream} ${line.text}`));
      if (change.ended) break;
    }
    expect(lines).toEqual(['2 STDOUT n is 3']);
  }, 60_000);
});

describe('a socket', () => {
  it('keeps its other subscriptions when one document is refused', async () => {
    const socket = new WebSocket(server.url.replace('http', 'ws'), 'graphql-transport-ws');
    const messages: { id?: string; type: string; payload?: unknown }[] = [];
    const answered = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        messages.push(JSON.parse(data.toString()) as (typeof messages)[number]);
        if (messages.some(({ id }) => id === 'good') && messages.some(({ id }) => id === 'bad')) resolve();
      });
    });
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
    socket.once('message', () => {
      const documents = {
        bad: 'subscription { nonsense }',
        good: 'subscription { experimentsChanged { synced } }',
      };
      for (const [id, query] of Object.entries(documents)) {
        socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } }));
      }
    });
    await answered;
    socket.terminate();
    expect(messages.find(({ id }) => id === 'bad')?.type).toBe('error');
    expect(messages.find(({ id }) => id === 'good')?.type).toBe('next');
  });
});
