import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { GladosClient } from '../../src/client/client.js';
import { createClient } from '../../src/client/client.js';
import { experiment, job, pod, treeChange, trial } from './facts.js';
import { podChange, startStreamServer } from './stream-server.js';
import { when } from './when.js';

function line(id: number): Record<string, unknown> {
  const time = '2026-11-25T09:11:55.000Z';
  return { id: `l${id}`, time, text: `text ${id}`, podId: 'p', container: 'runner', trialIndex: 0, stream: 'STDOUT' };
}

describe('the store of a stream', () => {
  let server: Awaited<ReturnType<typeof startStreamServer>>;
  let client: GladosClient;

  beforeEach(async () => {
    server = await startStreamServer();
    client = createClient({
      url: server.url,
      webSocket: WebSocket,
      backoff: { baseMilliseconds: 1, capMilliseconds: 2 },
    });
  });
  afterEach(async () => {
    await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it('is one object between changes and another after each; what did not change in it is the same', async () => {
    const { store } = client.experimentTree({ id: 'e1' });
    const { getSnapshot, subscribe } = store;
    expect(getSnapshot()).toBe(getSnapshot());
    expect(getSnapshot()).toMatchObject({ experiment: undefined, synced: false, ended: false });
    const opened = await server.subscriptionAt(0);
    opened.push({ ...treeChange({ reset: true, experiment: experiment(), jobs: [job()], trials: [trial(0)] }) });
    const first = await when(store, ({ synced }) => synced);
    expect(getSnapshot()).toBe(first);
    expect(first.experiment?.name).toBe('add-numbers');
    let told = 0;
    const leave = subscribe(() => (told += 1));
    opened.push({ ...treeChange({ trials: [trial(1)] }) });
    const second = await when(store, ({ trials }) => trials.size === 2);
    expect(second).not.toBe(first);
    expect(second.jobs).toBe(first.jobs);
    expect(second.experiment).toBe(first.experiment);
    expect(first.trials.size).toBe(1);
    expect(told).toBe(1);
    leave();
    leave();
    opened.push({ ...treeChange({ gone: [job().id] }) });
    expect((await when(store, ({ jobs }) => jobs.size === 0)).trials).toBe(second.trials);
    expect(told).toBe(1);
  });

  it('tells its listeners once for many changes that come together', async () => {
    const { store } = client.podsChanged();
    const opened = await server.subscriptionAt(0);
    let told = 0;
    store.subscribe(() => (told += 1));
    for (let index = 0; index < 500; index += 1) opened.push(podChange(`c${index}`, { pods: [pod(`p${index}`)] }));
    await when(store, ({ pods }) => pods.size === 500);
    expect(told).toBeLessThan(100);
  });

  it('is kept beside a loop, and refuses to be taken when the loop has read already', async () => {
    const stream = client.podsChanged();
    const { store } = stream;
    const opened = await server.subscriptionAt(0);
    opened.push(podChange('one', { reset: true, pods: [pod('a')] }));
    for await (const { cursor } of stream) {
      expect(cursor).toBe('one');
      expect(store.current.pods.size).toBe(1);
      break;
    }
    expect(store.current).toMatchObject({ ended: true, error: undefined });
    const late = client.podsChanged();
    (await server.subscriptionAt(1)).push(podChange('one'));
    await late.next();
    expect(() => late.store).toThrow('Take the store of a stream before reading its changes.');
  });

  it('holds what came before it was taken', async () => {
    const stream = client.podsChanged();
    (await server.subscriptionAt(0)).push(podChange('one', { reset: true, pods: [pod('a')] }));
    await when(client.connection, ({ phase }) => phase === 'connected');
    await when(stream.store, ({ pods }) => pods.size === 1);
    expect(stream.store).toBe(stream.store);
  });

  it('keeps the lines of a log in order, with a gap where some are missing', async () => {
    const { store } = client.logs({ experimentId: 'e' });
    const opened = await server.subscriptionAt(0);
    opened.push({ lines: [line(1), line(2)], cursor: 'two', gap: null, ended: false });
    await when(store, ({ entries }) => entries.length === 2);
    server.cut();
    const again = await server.subscriptionAt(1);
    expect(again.variables).toMatchObject({ after: 'two' });
    const gap = { reason: 'The log was rotated.', since: null };
    again.push({ lines: [line(2), line(9)], cursor: 'nine', gap, ended: true });
    const { entries, dropped } = await when(store, ({ ended }) => ended);
    expect(entries.map((entry) => ('line' in entry ? entry.line.text : entry.gap.reason))).toEqual([
      'text 1',
      'text 2',
      'The log was rotated.',
      'text 9',
    ]);
    expect(dropped).toBe(0);
  });
});

describe('the callback form of a stream', () => {
  it('calls with every change, and settles at the end', async () => {
    await using server = await startStreamServer();
    await using client = createClient({ url: server.url, webSocket: WebSocket });
    const stop = new AbortController();
    const cursors: string[] = [];
    const ended = client.podsChanged({ signal: stop.signal }).forEach(({ cursor }) => {
      cursors.push(cursor);
      if (cursors.length === 2) stop.abort();
    });
    const opened = await server.subscriptionAt(0);
    for (const cursor of ['one', 'two']) opened.push(podChange(cursor));
    await ended;
    expect(cursors).toEqual(['one', 'two']);
  });

  it('leaves the server when the callback throws', async () => {
    await using server = await startStreamServer();
    await using client = createClient({ url: server.url, webSocket: WebSocket });
    const ended = client.podsChanged().forEach(() => {
      throw new Error('a mistake');
    });
    const opened = await server.subscriptionAt(0);
    opened.push(podChange('one'));
    await expect(ended).rejects.toThrow('a mistake');
    await opened.left;
  });
});
