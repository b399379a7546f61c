/** Where a line stands: two lines may carry the same time, and are then told apart by their order. */
export interface LogPosition {
  /** RFC 3339 in UTC with nine decimals, as written by the container runtime: comparable as text. */
  readonly time: string;
  /** 0 for the first line of that time. */
  readonly ordinal: number;
}

export interface LogLine extends LogPosition {
  readonly text: string;
  /** What was read before is not in the log any more: lines between it and this one are lost, or may be. */
  readonly afterLoss?: true;
}

/** A line as the API sends it with `timestamps=true`; a line without a time is one that the kubelet wrote itself. */
export function parseLogLine(bytes: Buffer): { readonly time: string | undefined; readonly text: string } {
  const line = bytes.toString('utf8').replace(/\r$/, '');
  const end = line.indexOf(' ');
  const time = instantOf(end === -1 ? line : line.slice(0, end));
  if (time === undefined) return { time, text: line };
  return { time, text: end === -1 ? '' : line.slice(end + 1) };
}

/** Already in that spelling, as kubelets write it, and a day that there is in any year: nothing to be worked out. */
const written =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{9}Z$/;

const instant = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/**
 * A time in the one spelling that sorts as text; undefined for what is no time.
 *
 * Given 2026-11-25T10:00:00.5+01:00, return 2026-11-25T09:00:00.500000000Z.
 */
export function instantOf(text: string): string | undefined {
  if (written.test(text)) return text;
  const [, seconds = '', fraction = '', zone = ''] = instant.exec(text) ?? [];
  const at = Date.parse(seconds + zone);
  return Number.isNaN(at) ? undefined : `${new Date(at).toISOString().slice(0, 19)}.${fraction.padEnd(9, '0')}Z`;
}

/** When lines are so many seconds newer than the one looked for, it is not there any more. */
const patienceSeconds = 2;

/**
 * How far a log has been read, so that a read that begins again (by whole seconds,
 * the API can do no better) drops exactly what was seen.
 *
 * Goes by the order in the log, not by time: stdout and stderr of one container are
 * stamped by two writers, and now and then a later line carries an earlier time.
 * Remembers the times of the lines of the newest second, no more.
 */
export class LogPlace {
  /** How many of the lines from `since` on carried each time. */
  readonly #seen = new Map<string, number>();
  /** Of those, what the present read has yet to pass over. */
  #expected = new Map<string, number>();
  #newest: string | undefined;
  /** The last line that was read before all this, until it is found; lines newer than that wait in `#held`. */
  #sought: LogPosition | undefined;
  #held: LogLine[] = [];

  constructor(after?: LogPosition) {
    this.#sought = after;
    this.#newest = after?.time;
  }

  /** For the API's `sinceTime`: the whole second of the newest line; undefined before there is one. */
  get since(): string | undefined {
    return this.#newest && `${this.#newest.slice(0, 19)}Z`;
  }

  /** A read begins at `since`. */
  reopen(): void {
    if (this.#sought) {
      this.#seen.clear();
      this.#held = [];
      this.#newest = this.#sought.time;
    }
    this.#expected = new Map(this.#seen);
  }

  /** The lines that are new with this one: itself, none when it was seen before, more when it ends a search. */
  accept({ time, text }: { readonly time: string | undefined; readonly text: string }): readonly LogLine[] {
    const at = time ?? this.#newest ?? '1970-01-01T00:00:00.000000000Z';
    const expected = this.#expected.get(at) ?? 0;
    if (expected > 0) {
      this.#expected.set(at, expected - 1);
      return [];
    }
    const line = { time: at, ordinal: this.#seen.get(at) ?? 0, text };
    this.#remember(at);
    if (this.#sought) return this.#seek(line, this.#sought);
    // A log only grows at its end: what was seen and does not come first was rotated away.
    const isLoss = [...this.#expected.values()].some((left) => left > 0);
    this.#expected.clear();
    return isLoss ? [{ ...line, afterLoss: true }] : [line];
  }

  /** The log has no more lines: what waits for the one that was looked for waits in vain. */
  finish(): readonly LogLine[] {
    const [first, ...held] = this.#held;
    this.#held = [];
    this.#sought = undefined;
    return first ? [{ ...first, afterLoss: true }, ...held] : [];
  }

  #seek(line: LogLine, sought: LogPosition): readonly LogLine[] {
    if (line.time === sought.time && line.ordinal === sought.ordinal) {
      this.#held = [];
      this.#sought = undefined;
    } else if (line.time > sought.time) {
      this.#held.push(line);
      if (Date.parse(line.time) - Date.parse(sought.time) > patienceSeconds * 1000) return this.finish();
    }
    return [];
  }

  #remember(at: string): void {
    const before = this.since;
    if (this.#newest === undefined || at > this.#newest) this.#newest = at;
    const { since = '' } = this;
    this.#seen.set(at, (this.#seen.get(at) ?? 0) + 1);
    if (before === since) return;
    for (const time of this.#seen.keys()) if (time.slice(0, 19) < since.slice(0, 19)) this.#seen.delete(time);
  }
}
