import type { LogLine, LogPosition } from './log-place.js';

const mostLines = 2000;
const mostCharacters = 1 << 20;

/**
 * The newest lines of a log that is being read, for readers of any pace. Lines
 * are counted from the window's beginning; old ones are let go.
 */
export class LogWindow {
  readonly #lines: LogLine[] = [];
  readonly #begin: string;
  readonly #waiters = new Set<() => void>();
  /** How many lines came before those that are held. */
  #dropped = 0;
  #characters = 0;
  #end: { readonly error?: unknown } | undefined;

  /** @param after The line before the first one. @param since Without it: the time from which on there are lines. */
  constructor(after: LogPosition | undefined, since: string | undefined) {
    this.#begin = keyOf(after) ?? `since ${since ?? 'ever'}`;
  }

  /** The count behind the newest line. */
  get end(): number {
    return this.#dropped + this.#lines.length;
  }

  push(line: LogLine): void {
    this.#lines.push(line);
    this.#characters += line.text.length;
    while (this.#lines.length > mostLines || this.#characters > mostCharacters) {
      this.#characters -= this.#lines.shift()?.text.length ?? 0;
      this.#dropped += 1;
    }
    this.#wake();
  }

  /** No more lines come; with `error`, because they could not be read. */
  close(because: { readonly error?: unknown } = {}): void {
    this.#end = because;
    this.#wake();
  }

  /** The count of the line behind a position, or of the first from `since` on; undefined when it is not held. */
  placeBehind(position: LogPosition | undefined, since: string | undefined): number | undefined {
    const key = keyOf(position) ?? `since ${since ?? 'ever'}`;
    if (key === this.#begin && this.#dropped === 0) return 0;
    const index = this.#lines.findLastIndex((line) => keyOf(line) === key);
    return index === -1 ? undefined : this.#dropped + index + 1;
  }

  /** Lines from a count on; undefined when the first of them was let go. */
  from(place: number): readonly LogLine[] | undefined {
    return place < this.#dropped ? undefined : this.#lines.slice(place - this.#dropped);
  }

  /**
   * Resolves once there is a line at that count: true; or false when none will come or the signal aborts.
   *
   * @throws what ended the reading
   */
  async more(place: number, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (this.end > place) return true;
      if (this.#end) {
        if ('error' in this.#end) throw this.#end.error;
        return false;
      }
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.#waiters.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.#waiters.add(done);
        signal.addEventListener('abort', done, { once: true });
      });
    }
    return false;
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
  }
}

function keyOf(position: LogPosition): string;
function keyOf(position: LogPosition | undefined): string | undefined;
function keyOf(position: LogPosition | undefined): string | undefined {
  return position && `${position.time}/${position.ordinal}`;
}
