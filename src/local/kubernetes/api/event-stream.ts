import type { ServerResponse } from 'node:http';

/**
 * Lines for one watching client: what it cannot take yet waits here, up to a
 * bound, past which the connection is cut (the client starts again, from where
 * it was).
 *
 * `begin` lines, made one at a time as the client takes them, do not count: a
 * long first list costs no memory.
 */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #bound: number;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #beginning: Iterator<string> | undefined;
  #blocked = false;
  #afterwards: (() => void) | undefined;

  constructor(response: ServerResponse, bound: number) {
    this.#response = response;
    this.#bound = bound;
    response.on('drain', () => {
      this.#blocked = false;
      this.#pump();
    });
  }

  begin(lines: Iterable<string>): void {
    this.#beginning = lines[Symbol.iterator]();
    this.#pump();
  }

  send(line: string): void {
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    if (this.#waitingBytes > this.#bound) this.#response.destroy();
    else this.#pump();
  }

  /** Ends after all that was sent. Within a second, taken or not. */
  end(): void {
    this.#afterwards = () => this.#response.end();
    this.#pump();
    setTimeout(() => this.#response.destroy(), 1000).unref();
  }

  #pump(): void {
    while (!this.#blocked) {
      const line = this.#next();
      if (line === undefined) break;
      this.#blocked = !this.#response.write(line);
    }
    if (!this.#blocked) this.#afterwards?.();
  }

  #next(): string | undefined {
    if (this.#beginning) {
      const { value, done } = this.#beginning.next();
      if (!done) return value;
      this.#beginning = undefined;
    }
    if (this.#waiting.length === 0) return undefined;
    const all = this.#waiting.join('');
    this.#waiting = [];
    this.#waitingBytes = 0;
    return all;
  }
}
