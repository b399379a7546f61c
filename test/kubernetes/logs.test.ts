import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LogReader } from '../../src/api/logs/log-reader.js';
import { openConnection } from '../../src/cluster/connection.js';
import { followPodLog } from '../../src/cluster/logs.js';
import type { Database } from '../../src/store/database.js';
import { createExperiments } from '../../src/store/experiments.js';
import { experimentOf } from '../model/experiments.js';
import { openTestDatabase } from '../support/database.js';
import { openCluster, until, type Cluster } from './cluster.js';
import { startCuttingProxy, type CuttingProxy } from './cutting-proxy.js';
import { startLogServerSide, type LogServerSide } from './log-server-side.js';
import { plainImage } from './product.js';

const id = 'logs00000000test';
const podCount = 4;
const linesOfPod = 25_000;
/** Of one line. A kubelet puts a log away that has grown to 10 MiB, and looks every 10 s: each pod writes about 30 MB in 50 s. */
const width = 1200;
const batches = 100;

let cluster: Cluster;
let database: Database;
let proxy: CuttingProxy;
let server: LogServerSide;
const namespace = `glados-logs-${randomBytes(4).toString('hex')}`;
const path = `/api/v1/namespaces/${namespace}/pods`;

const start = (): Promise<LogServerSide> =>
  startLogServerSide(database, { kubeconfigPath: proxy.kubeconfigPath, namespace });

beforeAll(async () => {
  cluster = openCluster();
  await cluster.create('/api/v1/namespaces', { metadata: { name: namespace } });
  database = await openTestDatabase();
  // Ended, so that who follows it comes to an end with its pods.
  await createExperiments(database).add({
    experiment: experimentOf({ id, phase: 'SUCCEEDED' }),
    owner: 'local',
    submissionHash: '',
  });
  proxy = await startCuttingProxy(cluster.kubeconfigPath, 1500);
  server = await start();
}, 60_000);
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await proxy?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
  await cluster?.ask('DELETE', `/api/v1/namespaces/${namespace}`);
  await cluster?.[Symbol.asyncDispose]();
}, 60_000);

/** Prints `NAME NUMBER xxx…`, a batch every half second. */
function numberedPod(name: string, lines: number, pauseSeconds: number): object {
  const awk = `BEGIN { p = sprintf("%${width}s", ""); gsub(/ /, "x", p); for (n = 0; n < ${lines}; n++) { print "${name}", n, p;
    if (n % ${Math.ceil(lines / batches)} == 0) { fflush(); system("sleep ${pauseSeconds}") } } }`;
  return {
    metadata: { name, labels: { 'glados.io/experiment': id } },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'runner', image: plainImage, command: ['/bin/sh', '-c', `exec awk '${awk}'`] }],
    },
  };
}

/** What the kubelet still serves of a pod's log. */
async function linesOnNode(podName: string): Promise<number> {
  await using connection = openConnection({ kubeconfigPath: cluster.kubeconfigPath, namespace });
  let lines = 0;
  for await (const _line of followPodLog(connection, { namespace, podName, container: 'runner' })) lines += 1;
  return lines;
}

interface Seen {
  readonly numbers: Map<string, number[]>;
  readonly gaps: string[];
  cursor: string | undefined;
  lines: number;
}

/** Reads on from `seen.cursor` until the end or so many lines; a failure is a client's reason to come again. */
async function readOn(reader: LogReader, seen: Seen, request: { follow: boolean; podId?: string }, most = Infinity) {
  const stream = await reader.open({ experimentId: id, ...request, ...(seen.cursor && { after: seen.cursor }) });
  for await (const { lines, gap, cursor } of stream) {
    for (const { text } of lines) {
      const [name = '', number] = text.split(' ');
      const numbers = seen.numbers.get(name) ?? [];
      seen.numbers.set(name, numbers);
      numbers.push(Number(number));
    }
    if (gap) seen.gaps.push(gap.reason);
    seen.lines += lines.length;
    seen.cursor = cursor;
    if (seen.lines >= most) return;
  }
}

const nothingSeen = (): Seen => ({ numbers: new Map(), gaps: [], cursor: undefined, lines: 0 });

function figures({ numbers, gaps }: Seen, pods: number, lines: number) {
  let missing = 0;
  let doubled = 0;
  let disordered = 0;
  let holes = 0;
  for (const found of numbers.values()) {
    const distinct = new Set(found).size;
    doubled += found.length - distinct;
    missing += lines - distinct;
    holes += [...found, lines].filter((number, index) => number > (found[index - 1] ?? -1) + 1).length;
    disordered += found.filter((number, index) => index > 0 && number < (found[index - 1] ?? 0)).length;
  }
  // Each hole has its gap; a gap may be told where none is, when the line before it was the last of what was put away.
  const untold = Math.max(0, holes - gaps.length);
  return { pods: pods - numbers.size, missing, holes, gaps: gaps.length, wrong: { doubled, disordered, untold } };
}

const nothing = { doubled: 0, disordered: 0, untold: 0 };

describe('100,000 lines of pods on a real node', () => {
  it('come once each, though connections are cut, the server is started again, and logs are put away meanwhile', async () => {
    const names = Array.from({ length: podCount }, (_, n) => `numbers-${n}`);
    for (const name of names) await cluster.create(path, numberedPod(name, linesOfPod, 0.5));
    await until('the pods in the watch', 60, async () =>
      [...server.pods.values()].filter(({ phase }) => phase === 'RUNNING').length === podCount ? true : undefined,
    );
    const seen = nothingSeen();
    const all = podCount * linesOfPod;
    for (const part of [0.3, 0.6]) {
      await readOn(server.reader, seen, { follow: true }, all * part);
      await server[Symbol.asyncDispose]();
      server = await start();
    }
    await readOn(server.reader, seen, { follow: true });
    const live = figures(seen, podCount, linesOfPod);
    process.stderr.write(`followed: ${seen.lines} lines, ${proxy.cuts} connections cut, ${JSON.stringify(live)}\n`);

    const uids = [...server.pods.values()].map((pod) => pod.id);
    await until('the end of the archive', 90, async () => {
      const archived = await Promise.all(uids.map((uid) => server.podLogs.get(uid)));
      return archived.every((pod) => pod?.whole) ? true : undefined;
    });
    const onNode = await Promise.all(names.map(linesOnNode));
    process.stderr.write(`still on the node: ${onNode.join(', ')} of ${linesOfPod}\n`);
    expect(onNode.filter((lines) => lines >= linesOfPod)).toEqual([]);
    for (const name of names) await cluster.ask('DELETE', `${path}/${name}`, { gracePeriodSeconds: 0 });
    await until('the end of the pods', 60, async () => (server.pods.size === 0 ? true : undefined));
    await server[Symbol.asyncDispose]();
    server = await start();
    const archived = nothingSeen();
    await readOn(server.reader, archived, { follow: false });
    const kept = figures(archived, podCount, linesOfPod);
    process.stderr.write(`from the archive: ${archived.lines} lines, ${JSON.stringify(kept)}\n`);

    expect([live.pods, live.wrong, kept.pods, kept.wrong]).toEqual([0, nothing, 0, nothing]);
    const resumed = { ...nothingSeen(), cursor: seen.cursor };
    await readOn(server.reader, resumed, { follow: false });
    expect(resumed.lines).toBe(0);
  }, 300_000);

  it('are archived of a pod that nobody follows and that is deleted while it writes', async () => {
    await cluster.create(path, numberedPod('deleted', 1000, 0.1));
    const uid = await until('the pod in the watch', 60, async () => {
      return [...server.pods.values()].find(({ name, phase }) => name === 'deleted' && phase === 'RUNNING')?.id;
    });
    await cluster.ask('DELETE', `${path}/deleted`);
    await until('the end of the pod', 60, async () => (server.pods.get(uid) ? undefined : true));
    const archived = await until('the end of the archive', 30, async () => {
      const pod = await server.podLogs.get(uid);
      return pod?.whole ? pod : undefined;
    });
    const seen = nothingSeen();
    await readOn(server.reader, seen, { follow: false, podId: uid });
    const numbers = seen.numbers.get('deleted') ?? [];
    process.stderr.write(`deleted while it wrote: ${numbers.length} lines in ${archived.next} chunks\n`);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, n) => n));
    expect([numbers.length > 0, seen.gaps]).toEqual([true, []]);
  }, 120_000);
});
