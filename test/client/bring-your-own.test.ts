import { inspect, isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as apolloClient from '../../examples/clients/apollo-client.js';
import * as glados from '../../examples/clients/glados.js';
import * as graphqlWs from '../../examples/clients/graphql-ws.js';
import type { Trial } from '../../examples/clients/trials.js';
import * as urql from '../../examples/clients/urql.js';
import * as webSocket from '../../examples/clients/web-socket.js';
import { NodeSocket } from '../../src/cli/node-socket.js';
import type { GladosClient, TreeStream } from '../../src/client/client.js';
import { createClient } from '../../src/client/client.js';
import { CancelExperimentDocument, TrialsDocument } from '../../src/client/generated/graphql.js';
import { isWhole, nodeProgram, submitted, treeWhen, uploadProgram } from '../support/experiments.js';
import { freePort } from '../support/free-port.js';
import { startServer, temporaryDirectory, type ServerProcess } from '../support/server-process.js';
import { startTcpProxy } from './tcp-proxy.js';
import { when } from './when.js';

const followers = { glados, 'graphql-ws': graphqlWs, urql, 'Apollo Client': apolloClient, WebSocket: webSocket };
const trialCount = 100;

describe('everybody who follows the trials of an experiment', () => {
  const data = temporaryDirectory();
  const seen = new Map<string, string>();
  const wakes = new Set<() => void>();
  const refused: unknown[] = [];
  const stops: (() => void)[] = [];
  let server: ServerProcess;
  let proxy: Awaited<ReturnType<typeof startTcpProxy>>;
  let experimentId: string;
  let client: GladosClient;
  let tree: TreeStream['store'];

  beforeAll(async () => {
    server = await startServer(['--data-dir', data.path], await freePort());
    proxy = await startTcpProxy(Number(new URL(server.url).port));
    const text = nodeProgram(`setTimeout(() => write({ n: value('n') }), 150);`);
    experimentId = await submitted(server.client, {
      name: 'followed by many',
      program: { fileId: await uploadProgram(server.client, 'steady.js', text) },
      parameters: [{ integer: { name: 'n', min: 1, max: trialCount, step: 1 } }],
      resultFile: 'results.csv',
      workers: 2,
    });
    client = createClient({ url: proxy.url, webSocket: NodeSocket });
    tree = client.experimentTree({ id: experimentId }).store;
    for (const [name, { followTrials }] of Object.entries(followers)) {
      const onChange = (trials: ReadonlyMap<string, Trial>): void => {
        seen.set(name, stateOf([...trials.values()]));
        for (const wake of wakes) wake();
      };
      const needs = { url: proxy.url, experimentId, webSocket: NodeSocket, onChange };
      stops.push(followTrials({ ...needs, onError: (cause) => refused.push({ name, cause }) }));
    }
  }, 120_000);
  afterAll(async () => {
    for (const stop of stops) stop();
    await client[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    data[Symbol.dispose]();
  }, 120_000);

  async function restart(how: 'stop' | 'kill'): Promise<void> {
    await server[how]();
    server = await startServer(['--data-dir', data.path], Number(new URL(server.url).port));
  }

  /** Waits until every follower holds what is wanted. */
  function allHold(wanted: (state: string) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (Object.keys(followers).some((name) => !wanted(seen.get(name) ?? ''))) return;
        wakes.delete(look);
        resolve();
      };
      wakes.add(look);
      look();
    });
  }

  it('goes on behind its cursor after the connection was cut', async () => {
    await allHold((state) => ended(state) >= 2);
    const before = Math.max(...[...seen.values()].map(ended));
    // Then each next connection too, at one place or another within its first messages.
    proxy.cutNext(...Array.from({ length: 15 }, (_, index) => ({ down: 150 + index * 97 })));
    proxy.cutAll();
    await allHold((state) => ended(state) > before);
    expect(refused).toEqual([]);
    const asked = proxy.seen.slice(Object.keys(followers).length);
    expect(asked.length).toBeGreaterThanOrEqual(Object.keys(followers).length);
  }, 120_000);

  it('goes on after the server was stopped and started again', async () => {
    await restart('stop');
    const before = Math.max(...[...seen.values()].map(ended));
    await allHold((state) => ended(state) > before);
    expect(refused).toEqual([]);
  }, 120_000);

  it('holds exactly what the server holds after it was killed and started again', async () => {
    await restart('kill');
    await server.client.request(CancelExperimentDocument, { input: { id: experimentId } });
    await treeWhen(server.client, experimentId, isWhole);
    const { experiment } = await server.client.request(TrialsDocument, { id: experimentId, first: trialCount });
    // One that was cancelled before anybody had claimed it is counted, but not sent.
    const truth = stateOf((experiment?.trials.nodes ?? []).filter(({ attempt }) => attempt > 0));
    expect(ended(truth)).toBeGreaterThan(2);
    await allHold((state) => state === truth);
    expect(refused).toEqual([]);
    // And the whole tree, pods and Jobs of the cluster with it, beside one that was never interrupted.
    const fresh = server.client.experimentTree({ id: experimentId }).store;
    await when(fresh, ({ synced }) => synced);
    await Promise.race(
      [fresh, tree].map((store) => when(store, () => isDeepStrictEqual(factsOf(tree), factsOf(fresh)))),
    );
    expect(factsOf(tree).experiment?.phase).toBe('CANCELLED');
  }, 120_000);

  it.each(Object.entries(followers))('is told once when the server refuses: %s', async (_name, { followTrials }) => {
    const causes: unknown[] = [];
    let stop: (() => void) | undefined;
    const told = new Promise<void>((resolve) => {
      const onError = (cause: unknown): void => {
        causes.push(cause);
        setImmediate(resolve);
      };
      const needs = { url: server.url, experimentId: 'never', webSocket: NodeSocket, onError };
      stop = followTrials({ ...needs, onChange: () => undefined });
    });
    await told;
    stop?.();
    expect(causes).toHaveLength(1);
    expect(inspect(causes[0])).toContain('There is no experiment "never".');
  });
});

/** Without the addresses, which name the way by which they were asked for. */
function factsOf({ current: { experiment, jobs, pods, trials } }: TreeStream['store']) {
  return { experiment: experiment && { ...experiment, downloads: undefined }, jobs, pods, trials };
}

function ended(state: string): number {
  return state.split('SUCCEEDED').length - 1;
}

function stateOf(trials: readonly Pick<Trial, 'index' | 'phase' | 'result'>[]): string {
  return [...trials]
    .sort((one, other) => one.index - other.index)
    .map(
      ({ index, phase, result }) => `${index} ${phase} ${result.map(({ name, value }) => `${name}=${value}`).join()}`,
    )
    .join('\n');
}
