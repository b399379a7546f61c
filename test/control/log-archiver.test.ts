import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSharedLogs } from '../../src/cluster/shared-logs.js';
import { startLogArchiver, type LogArchiver } from '../../src/control/log-archiver.js';
import type { Pod } from '../../src/model/pod.js';
import type { Database } from '../../src/store/database.js';
import { createPodLogs, type ArchivedPod, type PodLogs } from '../../src/store/pod-logs.js';
import { createLiveStore, type LiveStore } from '../../src/stream/live-store.js';
import { eventually } from '../cluster/eventually.js';
import { serve, type ServedConnection } from '../cluster/http-server.js';
import { LogServer } from '../cluster/log-server.js';
import { openTestDatabase } from '../support/database.js';

const running: Pod = {
  id: 'uid',
  name: 'p',
  namespace: 'n',
  experimentId: 'e',
  phase: 'RUNNING',
  status: 'Running',
  createdAt: '2026-11-25T09:00:00Z',
  restarts: 0,
  conditions: [],
  containers: [{ name: 'runner', image: 'i', init: false, state: 'RUNNING', ready: true, restarts: 0 }],
};

/** What fails here is tried again, and the test waits for the outcome. */
const ignore = (): void => undefined;

const at = (n: number): string => new Date(Date.UTC(2026, 10, 25, 9) + n).toISOString().replace('Z', '000000Z');

const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => `line ${n}`);

describe('the archiver of pod logs', () => {
  let server: LogServer;
  let served: ServedConnection;
  let database: Database;
  let podLogs: PodLogs;
  let pods: LiveStore<Pod>;
  let archivers: LogArchiver[];
  beforeEach(async () => {
    server = new LogServer();
    served = await serve(server.answer);
    database = await openTestDatabase();
    podLogs = createPodLogs(database);
    pods = createLiveStore<Pod>();
    archivers = [];
    pods.apply({ type: 'put', key: 'uid', object: running });
  });
  afterEach(async () => {
    await Promise.all(archivers.map((archiver) => archiver[Symbol.asyncDispose]()));
    await served[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  function start(): LogArchiver {
    const shared = createSharedLogs(served.connection);
    const archiver = startLogArchiver({ shared, podLogs, livePods: pods, onError: ignore });
    archivers.push(archiver);
    return archiver;
  }
  const put = (more: Partial<Pod>): void => pods.apply({ type: 'put', key: 'uid', object: { ...running, ...more } });
  async function archived(wanted: (pod: ArchivedPod) => boolean): Promise<ArchivedPod> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const pod = await podLogs.get('uid');
      if (pod && wanted(pod)) return pod;
      if (Date.now() > deadline) throw new Error(`It stands at ${JSON.stringify(pod)}.`);
      await new Promise(setImmediate);
    }
  }
  async function texts(): Promise<string[]> {
    const found: string[] = [];
    for await (const { text, afterLoss } of podLogs.read('uid')) found.push(afterLoss ? `(lost) ${text}` : text);
    return found;
  }

  it('archives each line once, however many archive, are started again and are cut off meanwhile', async () => {
    const count = 6000;
    let written = 0;
    const write = (more: number): void => {
      for (const end = written + more; written < end; written += 1) server.write(at(written), `line ${written}`);
    };
    const first = start();
    const release = [first.hold(running), start().hold(running)];
    for (let part = 1; part <= 5; part += 1) {
      write(1000);
      await archived(({ last }) => last !== undefined && last.time > at((part - 1) * 1000 + 300));
      server.breakOff();
      if (part === 2) await first[Symbol.asyncDispose]();
      if (part === 3) release.push(start().hold(running));
    }
    write(count - written);
    server.end();
    put({ phase: 'SUCCEEDED' });
    await archived(({ whole }) => whole);
    for (const leave of release) leave();
    expect(await texts()).toEqual(numbers(count));
  });

  it('reads a pod that has ended, or is told to go, to its end, and one that runs not at all', async () => {
    for (let n = 0; n < 10; n += 1) server.write(at(n), `line ${n}`);
    start();
    put({ status: 'Still running' });
    expect(server.reads).toEqual([]);
    put({ deletedAt: '2026-11-25T09:01:00Z' });
    await eventually(() => server.reads.length > 0);
    server.write(at(10), 'line 10');
    server.end();
    await archived(({ whole }) => whole);
    expect(await texts()).toEqual(numbers(11));
  });

  it('does when it starts what was left undone, and has no end for a pod that went unread', async () => {
    server.write(at(0), 'line 0');
    put({ phase: 'FAILED' });
    server.end();
    start();
    await archived(({ whole }) => whole);
    expect(await texts()).toEqual(['line 0']);

    server.isDeleted = true;
    pods.apply({ type: 'put', key: 'other', object: { ...running, id: 'other', phase: 'FAILED' } });
    const [archiver] = archivers;
    await eventually(() => served.sockets() > 0);
    await archiver?.[Symbol.asyncDispose]();
    expect(await podLogs.get('other')).toBeUndefined();
  });

  it('marks the first line behind some that the node put away unread', async () => {
    for (let n = 0; n < 3; n += 1) server.write(at(n * 1000), `line ${n}`);
    const leave = start().hold(running);
    await archived(({ last }) => last?.time === at(2000));
    leave();
    server.lines.splice(0);
    server.write(at(9000), 'line 9');
    server.end();
    put({ phase: 'SUCCEEDED' });
    await archived(({ whole }) => whole);
    expect(await texts()).toEqual(['line 0', 'line 1', 'line 2', '(lost) line 9']);
  });
});
