import { createSharedLogs } from '../../../src/cluster/shared-logs.js';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createLogReader } from '../../../src/api/logs/log-reader.js';
import type { LogLine, LogMessage, LogReader, LogReaderNeeds } from '../../../src/api/logs/log-reader.js';
import type { Experiment } from '../../../src/model/experiment.js';
import type { Pod } from '../../../src/model/pod.js';
import type { Trial } from '../../../src/model/trial.js';
import { createPodLogs } from '../../../src/store/pod-logs.js';
import { startLogArchiver } from '../../../src/control/log-archiver.js';
import { createLiveStore } from '../../../src/stream/live-store.js';
import { json, status } from '../../cluster/api-server.js';
import { serve } from '../../cluster/http-server.js';
import { openTestDatabase } from '../../support/database.js';

const timing = { windowMs: 20, pollMs: 10, settleMs: 5, patienceMs: 50, retry: { minMs: 5, maxMs: 20 } };

type Phase = 'Pending' | 'Running' | 'Succeeded';

interface ServedPod {
  readonly id: string;
  phase: Phase;
  readonly lines: string[];
  readonly followers: Set<ServerResponse>;
  /** Answers a log request in place of the server. */
  answer?: (response: ServerResponse, query: URLSearchParams) => void;
}

export const at = (second: number, nanoseconds = 0): string =>
  `2026-11-25T10:00:${String(second).padStart(2, '0')}.${String(nanoseconds).padStart(9, '0')}Z`;

export type LogWorld = Awaited<ReturnType<typeof openLogWorld>>;

/** What fails here is tried again, and a test that needs it waits for the outcome. */
const ignore = (): void => undefined;

/** An API server that holds pods and their logs, one experiment, and a reader of its logs. */
export async function openLogWorld({ answers = true, archives = false } = {}) {
  const database = await openTestDatabase();
  const podLogs = createPodLogs(database);
  const served = new Map<string, ServedPod>();
  const requests: string[] = [];
  const server = await serve((request, response) => answer(request, response));
  const pods = createLiveStore<Pod>();
  const trials = new Map<number, Trial>();
  const kept = new Map<string, string>();
  const experiment = { id: 'e', phase: 'RUNNING' as Experiment['phase'], nextIndex: 1, counts: { total: 1000 } };
  if (answers) pods.apply({ type: 'synced' });

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://server');
    const [, name = '', rest] = /\/namespaces\/home\/pods\/([^/]+)(\/log)?$/.exec(url.pathname) ?? [];
    requests.push(`${name}${rest ?? ''}`);
    const pod = served.get(name);
    if (!pod) return status(response, 404, 'NotFound', `pods "${name}" not found`);
    if (rest === undefined) return json(response, 200, { metadata: { name }, status: { phase: pod.phase } });
    if (pod.answer) return pod.answer(response, url.searchParams);
    if (pod.phase === 'Pending') return status(response, 400, 'BadRequest', 'container "runner" is waiting to start');
    const since = url.searchParams.get('sinceTime')?.slice(0, 19) ?? '';
    const wanted = pod.lines.filter((line) => line.slice(0, 19) >= since);
    const tail = Number(url.searchParams.get('tailLines') ?? wanted.length);
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.flushHeaders();
    response.write(wanted.slice(wanted.length - Math.min(tail, wanted.length)).join(''));
    if (url.searchParams.get('follow') !== 'true' || pod.phase === 'Succeeded') return void response.end();
    pod.followers.add(response);
    response.on('close', () => pod.followers.delete(response));
  }

  function show(name: string, phase: Phase): void {
    const state = { Pending: 'WAITING', Running: 'RUNNING', Succeeded: 'TERMINATED' } as const;
    pods.apply({
      type: 'put',
      key: `uid-${name}`,
      object: {
        id: `uid-${name}`,
        name,
        namespace: 'home',
        experimentId: 'e',
        phase: phase.toUpperCase() as Pod['phase'],
        status: phase,
        createdAt: at(0),
        restarts: 0,
        conditions: [],
        containers: [{ name: 'runner', image: 'runner', init: false, state: state[phase], ready: false, restarts: 0 }],
      },
    });
  }

  const shared = createSharedLogs(server.connection);
  const archiver = archives ? startLogArchiver({ shared, podLogs, livePods: pods, onError: ignore }) : undefined;
  const needs: LogReaderNeeds = {
    connection: server.connection,
    shared,
    pods,
    archiver: archiver ?? { hold: () => ignore },
    podLogs,
    experiments: { get: async (id) => (id === 'e' ? (experiment as unknown as Experiment) : undefined) },
    trials: {
      get: async (_id, index) => trials.get(index),
      ofPod: async (podId) => [...trials.values()].filter((trial) => trial.podId === podId),
      holders: async () => [...trials.values()].flatMap((one) => (one.phase === 'RUNNING' ? [one.podId ?? ''] : [])),
    },
    trialLogs: {
      async read(_id, index, attempt) {
        const text = kept.get(`${index}.${attempt}`);
        return text === undefined ? undefined : inPieces(Buffer.from(text));
      },
    },
  };
  const reader: LogReader = createLogReader(needs, timing);

  return {
    reader,
    pods,
    requests,
    experiment,
    kept,
    /** A pod with lines of [time, text]. */
    pod(name: string, phase: Phase, lines: readonly (readonly [time: string, text: string])[] = []): ServedPod {
      const pod = {
        id: `uid-${name}`,
        phase,
        lines: lines.map((line) => written(line)),
        followers: new Set<ServerResponse>(),
      };
      served.set(name, pod);
      show(name, phase);
      return pod;
    },
    write(name: string, ...lines: readonly (readonly [time: string, text: string])[]): void {
      const pod = served.get(name);
      pod?.lines.push(...lines.map((line) => written(line)));
      for (const follower of pod?.followers ?? []) follower.write(lines.map((line) => written(line)).join(''));
    },
    become(name: string, phase: Phase): void {
      const pod = served.get(name);
      if (pod) pod.phase = phase;
      show(name, phase);
      if (phase === 'Succeeded') for (const follower of pod?.followers ?? []) follower.end();
    },
    remove(name: string): void {
      for (const follower of served.get(name)?.followers ?? []) follower.end();
      served.delete(name);
      pods.apply({ type: 'gone', key: `uid-${name}` });
    },
    trial(index: number, more: Partial<Trial>): void {
      const fresh = {
        experimentId: 'e',
        index,
        attempt: 1,
        podLosses: 0,
        phase: 'RUNNING',
        result: [],
        version: 1,
      } as const;
      trials.set(index, { ...fresh, ...more });
    },
    /** How many log requests are being followed now. */
    following: (): number => [...served.values()].reduce((sum, { followers }) => sum + followers.size, 0),
    podLogs,
    async [Symbol.asyncDispose]() {
      await archiver?.[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

const written = ([time, text]: readonly [string, string]): string => `${time} ${text}\n`;

/** Cut in the middle of characters. */
async function* inPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += 3) yield bytes.subarray(start, start + 3);
}

export interface Read {
  readonly messages: readonly LogMessage[];
  readonly lines: readonly LogLine[];
  readonly texts: readonly string[];
  readonly gaps: readonly string[];
  readonly cursor: string;
}

export function summary(messages: readonly LogMessage[]): Read {
  const lines = messages.flatMap((message) => message.lines);
  return {
    messages,
    lines,
    texts: lines.map(({ text }) => text),
    gaps: messages.flatMap(({ gap }) => (gap ? [gap.reason] : [])),
    cursor: messages.at(-1)?.cursor ?? '',
  };
}

/** Reads to the end. */
export async function readAll(stream: Promise<AsyncIterableIterator<LogMessage>>): Promise<Read> {
  const messages: LogMessage[] = [];
  for await (const message of await stream) messages.push(message);
  return summary(messages);
}

/** Reads until so many lines have come, and no further. */
export async function readLines(stream: AsyncIterator<LogMessage>, count: number): Promise<Read> {
  const messages: LogMessage[] = [];
  while (summary(messages).lines.length < count) {
    const { done, value } = await stream.next();
    if (done) break;
    messages.push(value);
  }
  return summary(messages);
}
