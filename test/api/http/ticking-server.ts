import { GraphQLError } from 'graphql';
import pino from 'pino';
import { HttpRefusal } from '../../../src/api/http/refusal.js';
import { startHttp } from '../../../src/api/http/server.js';
import type { HttpNeeds } from '../../../src/api/http/server.js';

const typeDefs = `
  type Query {
    hello: String!
    again: Query!
    row(first: Int): Row!
    viewer: String
    fails: String
    refused: String
    limited(first: Int!): Int
    slow: String!
  }
  type Row {
    nodes: [Query!]!
  }
  type Subscription {
    ticks: Int!
    breaks: Int!
    wrong: Int!
  }
`;

interface Viewer {
  readonly name: string;
}

/** Sources still open, so that a test can see that a departed client leaves nothing behind. */
export interface Source extends AsyncIterableIterator<number> {
  push(value: number): void;
  fail(error: Error): void;
}

function createSource(onEnd: () => void): Source {
  let wake: ((result: IteratorResult<number>) => void) | undefined;
  let giveUp: ((error: Error) => void) | undefined;
  const waiting: number[] = [];
  return {
    next() {
      const value = waiting.shift();
      if (value !== undefined) return Promise.resolve({ value, done: false });
      return new Promise((resolve, reject) => {
        wake = resolve;
        giveUp = reject;
      });
    },
    return() {
      onEnd();
      wake?.({ value: undefined, done: true });
      return Promise.resolve({ value: undefined, done: true });
    },
    push(value) {
      if (!wake) {
        waiting.push(value);
        return;
      }
      const resolve = wake;
      wake = undefined;
      resolve({ value, done: false });
    },
    fail: (error) => giveUp?.(error),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

export type LogLine = Record<string, unknown>;

/** A small server with a clock that the test turns by hand: `tick` sends the next number to every subscription. */
export async function startTicking(needs: Partial<HttpNeeds<Viewer>> = {}) {
  const log: LogLine[] = [];
  const sources = new Set<Source>();
  const opening: (() => void)[] = [];
  const open = () => {
    const source: Source = createSource(() => sources.delete(source));
    sources.add(source);
    for (const seen of opening.splice(0)) seen();
    return source;
  };
  const answers: (() => void)[] = [];
  const server = await startHttp<Viewer>({
    host: '127.0.0.1',
    port: 0,
    typeDefs,
    resolvers: {
      Query: {
        hello: () => 'hello',
        again: () => ({}),
        row: () => ({ nodes: [{}] }),
        viewer: (_parent, _args, { name }) => name,
        fails: () => {
          throw new Error('password=swordfish');
        },
        refused: () => {
          throw new GraphQLError('There is no such thing.', { extensions: { code: 'NOT_FOUND' } });
        },
        limited: (_parent, { first }: { first: number }) => first,
        slow: () => new Promise((resolve) => answers.push(() => resolve('at last'))),
      },
      Subscription: {
        ticks: { subscribe: open, resolve: (tick: number) => tick },
        breaks: { subscribe: open, resolve: (tick: number) => tick },
        wrong: { subscribe: () => 'password=swordfish' as never },
      },
    },
    contextFor: async ({ authorization }) => {
      if (authorization === 'Bearer wrong') throw new HttpRefusal(401, 'UNAUTHENTICATED', 'The token is not known.');
      if (authorization === 'Bearer broken') throw new Error('password=swordfish');
      return { name: authorization ?? 'nobody' };
    },
    readiness: () => [{ name: 'clock', ready: true }],
    logger: pino({ level: 'debug' }, { write: (line: string) => void log.push(JSON.parse(line) as LogLine) }),
    ...needs,
  });
  return {
    server,
    log,
    sources,
    tick: (value: number) => sources.forEach((source) => source.push(value)),
    answer: () => answers.splice(0).forEach((answer) => answer()),
    /** How many callers wait for `slow`. */
    waiting: () => answers.length,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

export type Ticking = Awaited<ReturnType<typeof startTicking>>;

export interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: Record<string, unknown>;
    readonly path?: unknown[];
  }[];
}

/** POSTs one operation. */
export async function post(url: string, query: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer };
}

/** Lets go of a server at the end of a test even when it failed. */
export async function withTicking(
  needs: Partial<HttpNeeds<Viewer>>,
  use: (ticking: Ticking) => Promise<void>,
): Promise<void> {
  const ticking = await startTicking(needs);
  try {
    await use(ticking);
  } finally {
    await ticking[Symbol.asyncDispose]();
  }
}

/** Until `condition` holds; gives up after twenty seconds. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
