import { status } from './api-server.js';
import type { ApiServer, Call } from './api-server.js';
import type { Stage } from './fault-stage.js';

/** One thing that goes wrong between an API server and one who follows it. */
export interface Situation {
  readonly name: string;
  /** Whether who follows must say meanwhile that he may be behind: he hears nothing, or that something is wrong. */
  readonly isStale: boolean;
  /** In which what happened is to be made up for, when the server is well again. */
  readonly withinSeconds: number;
  /** How the server is before it is asked for anything. */
  readonly prepare?: (server: ApiServer) => void;
  /** Ends when the server is well again and nothing changes any more. */
  readonly play: (stage: Stage) => Promise<void>;
}

/** As long as the longest wait between two attempts, and a little. */
const patience = 32;

/** The situations of the reflector's tests and of the bench, by the names under which people speak of them. */
export const situations: readonly Situation[] = [
  {
    name: '500',
    isStale: true,
    withinSeconds: patience,
    play: (stage) => stage.outage(8, ({ response }) => status(response, 500, 'InternalError', 'etcd is away')),
  },
  { name: '429 with Retry-After', isStale: true, withinSeconds: patience, play: slowDown },
  { name: 'reset', isStale: true, withinSeconds: patience, play: reset },
  // By the promise of a bookmark each minute, the 15 s after it, and the wait after a first failure.
  { name: 'half-open', isStale: true, withinSeconds: 60 + 15 + 3, play: halfOpen },
  {
    name: '410 as status',
    isStale: false,
    withinSeconds: patience,
    // Who asks for a version that is forgotten is told so by the server itself.
    play: (stage) => expire(stage, () => false),
  },
  {
    name: '410 as event',
    isStale: false,
    withinSeconds: patience,
    play: (stage) => expire(stage, ({ response }) => (response.writeHead(200).end(expired), true)),
  },
  {
    name: '410 as expired continue token',
    isStale: false,
    withinSeconds: patience,
    prepare: forgetBetweenPages,
    play: async (stage) => stage.change(),
  },
  {
    name: 'a watch shorter than a second',
    isStale: true,
    withinSeconds: patience,
    play: (stage) => endEach(stage, { afterSeconds: 0.3, forSeconds: 12, changeEach: 4 }),
  },
  {
    name: 'truncated JSON',
    isStale: true,
    withinSeconds: patience,
    prepare: truncateFirst,
    play: (stage) => stage.outage(5, truncate),
  },
  { name: 'a line of 1 MB', isStale: false, withinSeconds: patience, play: longLines },
  {
    name: 'closed every 100 ms for a minute',
    isStale: true,
    withinSeconds: patience,
    play: (stage) => endEach(stage, { afterSeconds: 0.1, forSeconds: 60, changeEach: 0.25 }),
  },
];

const expired = `${JSON.stringify({
  type: 'ERROR',
  object: { kind: 'Status', status: 'Failure', code: 410, reason: 'Expired', message: 'too old resource version' },
})}\n`;

async function slowDown(stage: Stage): Promise<void> {
  const told = stage.ms(7);
  let allowedAt = 0;
  await stage.outage(12, ({ response }) => {
    // A timer of Node may be early by a millisecond.
    if (Date.now() < allowedAt - 2) stage.complaints.add('came back before it was allowed to');
    allowedAt = Date.now() + told;
    status(response, 429, 'TooManyRequests', 'slow down', { 'retry-after': String(told / 1000) });
  });
}

async function reset(stage: Stage): Promise<void> {
  await stage.steady();
  for (let round = 0; round < 3; round += 1) {
    // So long that the connection breaks inside it.
    stage.server.put('kept', `${round}`.repeat(2_000_000));
    stage.server.resetConnections();
    await stage.pass(0.5);
  }
  await stage.outage(5, ({ request }) => void request.socket.resetAndDestroy());
}

async function halfOpen(stage: Stage): Promise<void> {
  await stage.steady();
  stage.server.fault = () => {
    stage.hears();
    stage.server.fault = () => false;
    return false;
  };
  stage.server.muteWatches();
  stage.deaf();
  stage.change();
}

/** Forgets the version of the next watch before it is answered. */
async function expire(stage: Stage, answer: (call: Call) => boolean): Promise<void> {
  const { server } = stage;
  await stage.steady();
  let isPlayed = false;
  server.fault = (call) => {
    if (call.kind !== 'watch') return false;
    server.fault = () => false;
    isPlayed = true;
    stage.change();
    server.forget();
    return answer(call);
  };
  server.endWatches();
  await stage.until(() => isPlayed, patience);
}

function forgetBetweenPages(server: ApiServer): void {
  for (let index = 0; index < 1_200; index += 1) server.put(`jar ${index}`, 'full');
  server.fault = ({ query }) => {
    if (!query.has('continue')) return false;
    server.fault = () => false;
    server.remove('jar 0');
    server.put('jar 600', 'changed');
    server.forget();
    return false;
  };
}

async function endEach(
  stage: Stage,
  { afterSeconds, forSeconds, changeEach }: Record<'afterSeconds' | 'forSeconds' | 'changeEach', number>,
): Promise<void> {
  const { server } = stage;
  await stage.steady();
  server.fault = ({ kind, response }) => {
    if (kind === 'watch') setTimeout(() => response.end(), stage.ms(afterSeconds));
    return false;
  };
  server.endWatches();
  const end = Date.now() + stage.ms(forSeconds);
  while (Date.now() < end) {
    await stage.pass(changeEach);
    stage.change();
  }
  server.fault = () => false;
}

/** A whole answer by its headers, of which only half was meant to be the end. */
function truncate({ kind, response }: Call): void {
  if (kind === 'watch') response.writeHead(200).end('{"type":"ADDED","object":{"kind":"Pot","metadata":{"na');
  else response.writeHead(200).end('{"kind":"PotList","metadata":{"resourceVersion":"9"},"items":[{"kind":"Pot","meta');
}

function truncateFirst(server: ApiServer): void {
  server.fault = (call) => {
    server.fault = () => false;
    truncate(call);
    return true;
  };
}

async function longLines(stage: Stage): Promise<void> {
  await stage.steady();
  // Characters of two, three and four bytes, one of which lies across any border of chunks; the second ends no line.
  stage.server.put('kept', 'ä\u2028😀'.repeat(120_000));
  stage.server.put('again', 'x'.repeat(1_000_000));
  stage.change();
  stage.server.put('last', 'ä\u2028😀'.repeat(120_000));
}
