import type { Handle } from './handle.js';

type Entry =
  | { readonly kind: 'job'; run(): unknown; resolve(value: unknown): void; reject(error: unknown): void }
  | { readonly kind: 'hold'; resolve(release: () => void): void };

const longestBatch = 64;
const batchMilliseconds = 20;
const gatherMilliseconds = 2;

/**
 * The line in front of the one connection that writes.
 *
 * Jobs that wait together are committed together, each in a savepoint of its own: one fsync for all of them. No promise
 * settles before that commit. A transaction takes the connection for itself with `hold`; who comes later waits in line.
 */
export class WriteQueue {
  readonly #line: Entry[] = [];
  #busy = false;
  /** How many jobs came together lately; sinks by one with each smaller batch. */
  #usual = 1;
  #gatheringSince: number | undefined;

  constructor(
    private readonly handle: Handle,
    /** Called after each commit and each rollback, before anybody hears of it. */
    private readonly settled: (committed: boolean) => void,
  ) {}

  /** Runs a job in a transaction of its own; it is undone when it throws. */
  run<T>(job: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#line.push({ kind: 'job', run: job, resolve: resolve as (value: unknown) => void, reject });
      this.#wake();
    });
  }

  /** Resolves once the connection is the caller's, who must call `release` once. */
  hold(signal?: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const entry: Entry = { kind: 'hold', resolve };
      signal?.addEventListener('abort', () => {
        const at = this.#line.indexOf(entry);
        if (at < 0) return;
        this.#line.splice(at, 1);
        reject(signal.reason as Error);
      });
      this.#line.push(entry);
      this.#wake();
    });
  }

  #wake(): void {
    if (this.#busy) return;
    this.#busy = true;
    setImmediate(() => this.#next());
  }

  #next(): void {
    this.#busy = false;
    const first = this.#line[0];
    if (!first) return;
    this.#busy = true;
    if (first.kind === 'hold') {
      this.#line.shift();
      first.resolve(() => setImmediate(() => this.#next()));
      return;
    }
    if (this.#gathers()) {
      setImmediate(() => this.#next());
      return;
    }
    this.#gatheringSince = undefined;
    this.#batch();
    setImmediate(() => this.#next());
  }

  /** Writers that were answered together are about to write again: a moment's patience spares all of them an fsync each. */
  #gathers(): boolean {
    if (this.#line.length >= this.#usual || this.#line.some((entry) => entry.kind === 'hold')) return false;
    this.#gatheringSince ??= performance.now();
    return performance.now() - this.#gatheringSince < gatherMilliseconds;
  }

  #batch(): void {
    const answers: (() => void)[] = [];
    const taken: Extract<Entry, { kind: 'job' }>[] = [];
    const until = performance.now() + batchMilliseconds;
    try {
      this.handle.exec('begin immediate');
      while (
        this.#line[0]?.kind === 'job' &&
        taken.length < longestBatch &&
        (taken.length === 0 || performance.now() < until)
      ) {
        const job = this.#line.shift() as Extract<Entry, { kind: 'job' }>;
        taken.push(job);
        answers.push(this.#attempt(job));
      }
      this.handle.exec('commit');
    } catch (error) {
      this.#rollback();
      if (taken.length === 0) taken.push(this.#line.shift() as Extract<Entry, { kind: 'job' }>);
      for (const job of taken) job.reject(error);
      return;
    }
    this.#usual = Math.max(taken.length, this.#usual - 1);
    this.settled(true);
    for (const answer of answers) answer();
  }

  #attempt(job: Extract<Entry, { kind: 'job' }>): () => void {
    this.handle.exec('savepoint job');
    try {
      const value = job.run();
      this.handle.exec('release job');
      return () => job.resolve(value);
    } catch (error) {
      if (!this.handle.inTransaction) throw error;
      this.handle.exec('rollback to job; release job');
      this.settled(false);
      return () => job.reject(error);
    }
  }

  #rollback(): void {
    this.handle.rollback();
    this.settled(false);
  }
}
