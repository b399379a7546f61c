import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createApi } from '../../src/runner/api.js';
import { runLoop, type RunnerEnd } from '../../src/runner/loop.js';
import { createOutput } from '../../src/runner/output.js';
import type { ApiDouble } from './api-double.js';

export interface RunnerRun {
  readonly work: string;
  readonly stop: AbortController;
  readonly end: Promise<RunnerEnd>;
  /** What the runner has printed so far. */
  printed(): string;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Options {
  readonly patienceSeconds?: number;
  readonly output?: Writable;
}

/** Starts a runner in this process, against an API, in a directory of its own. */
export async function startRunner(api: ApiDouble, { patienceSeconds = 20, output }: Options = {}): Promise<RunnerRun> {
  const work = await mkdtemp(join(tmpdir(), 'runner-test-'));
  const stop = new AbortController();
  let text = '';
  const stream =
    output ??
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += chunk.toString();
        done();
      },
    });
  const out = createOutput(stream, () => stop.abort(new Error('The output is broken.')));
  const address = { url: api.url, token: api.token, podUid: 'pod-1' };
  const patience = { seconds: patienceSeconds, stop: stop.signal, say: out.say };
  const end = runLoop({
    api: createApi(address, patience),
    output: out,
    work,
    environment: { ...process.env, GLADOS_TOKEN: api.token, GLADOS_API: api.url },
    stop: stop.signal,
  });
  return {
    work,
    stop,
    end,
    printed: () => text,
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('The test is over.'));
      await end.catch(() => {
        // The test has seen it, or does not care.
      });
      await rm(work, { recursive: true, force: true });
    },
  };
}

/** Resolves when the condition holds. @throws Error after twenty seconds */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Did not come true in time: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
