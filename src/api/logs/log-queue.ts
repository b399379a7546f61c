import { encodeLogCursor } from './log-cursor.js';
import type { LogPlace, LogPlaces } from './log-cursor.js';
import type { LogEntry } from './log-entry.js';
import type { LogGap, LogLine, LogMessage } from './log-message.js';

interface Unread {
  readonly source: string;
  readonly line: LogLine;
  /** Never less than that of an earlier unread line of the same log. */
  readonly time: string;
  readonly bytes: number;
  place: LogPlace;
}

const mostUnreadLines = 5000;
const mostUnreadBytes = 8 * 1024 * 1024;
const mostMessageLines = 500;
const mostMessageBytes = 256 * 1024;

export interface LogQueueNeeds {
  readonly places: LogPlaces;
  /** Of the cursors. */
  readonly scope: string;
  /** How long a line may wait for others to be sorted with. */
  readonly windowMs: number;
  /** Called when `take` may have a message. */
  readonly onRipe: () => void;
}

/**
 * Lines that one subscriber has not read yet, and how far its logs have been read.
 *
 * Bounded only by its writers: they wait for `room` before they read on. The cursor
 * of a message counts what was taken up to it, not what waits.
 */
export class LogQueue {
  readonly #needs: LogQueueNeeds;
  readonly #taken: Map<string, LogPlace>;
  readonly #read: Map<string, LogPlace>;
  /** The last unread line of each log. */
  readonly #last = new Map<string, Unread>();
  readonly #gaps: LogGap[] = [];
  #waiting: (() => void)[] = [];
  #unread: Unread[] = [];
  #bytes = 0;
  #isSorted = true;
  #isEnded = false;
  #window: NodeJS.Timeout | undefined;
  #isWindowOver = false;
  /** Lines that were ever pushed. */
  lines = 0;

  constructor(needs: LogQueueNeeds) {
    this.#needs = needs;
    this.#taken = new Map(needs.places);
    this.#read = new Map(needs.places);
  }

  get isFull(): boolean {
    return this.#unread.length >= mostUnreadLines || this.#bytes >= mostUnreadBytes;
  }

  /** How far a log has been read, taken or not. */
  placeIn(source: string): LogPlace | undefined {
    return this.#read.get(source);
  }

  /** Resolves when it is not full, or will be read no more. */
  async room(): Promise<void> {
    while (this.isFull && !this.#isEnded) await new Promise<void>((resolve) => void this.#waiting.push(resolve));
  }

  push({ source, place, time, line, lostBy }: LogEntry): void {
    if (this.#isEnded) return;
    if (lostBy !== undefined) this.#tellLoss(lostBy, this.#read.get(source));
    this.#read.set(source, place);
    const last = this.#last.get(source);
    if (!line) {
      if (last) last.place = place;
      else this.#taken.set(source, place);
      return;
    }
    const order = last && last.time > time ? last.time : time;
    const unread = { source, place, line, time: order, bytes: Buffer.byteLength(line.text) + 100 };
    this.#isSorted &&= (this.#unread.at(-1)?.time ?? '') <= order;
    this.#last.set(source, unread);
    this.#unread.push(unread);
    this.#bytes += unread.bytes;
    this.lines += 1;
    this.#open();
    if (this.#isAmple) this.#needs.onRipe();
  }

  /** The place in a log that is gone means nothing any more. */
  forget(source: string): void {
    this.#taken.delete(source);
    this.#read.delete(source);
  }

  /** Said with the next message. */
  gap(gap: LogGap): void {
    this.#gaps.push(gap);
    this.#needs.onRipe();
  }

  /** Nothing more comes; what waits can still be taken. */
  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#window);
    this.#release();
    this.#needs.onRipe();
  }

  /** The next message; undefined when lines still wait for others, or there is nothing to say. */
  take(): LogMessage | undefined {
    if (!this.#isEnded && !this.#isWindowOver && this.#gaps.length === 0 && !this.#isAmple) return undefined;
    const gap = this.#gaps.shift();
    const lines = this.#takeLines();
    if (this.#unread.length === 0) this.#isWindowOver = false;
    if (!this.isFull) this.#release();
    const ended = this.#isEnded && this.#unread.length === 0 && this.#gaps.length === 0;
    return { lines, cursor: encodeLogCursor(this.#taken, this.#needs.scope), ...(gap && { gap }), ended };
  }

  #tellLoss(podName: string, before: LogPlace | undefined): void {
    const reason = `Lines of the pod ${podName} may be missing: its node put the older part of its log away before it was read.`;
    this.gap({ reason, ...(typeof before === 'object' && { since: `${before.time.slice(0, 23)}Z` }) });
  }

  get #isAmple(): boolean {
    return this.#unread.length >= mostMessageLines || this.#bytes >= mostMessageBytes;
  }

  #open(): void {
    if (this.#window || this.#isWindowOver) return;
    this.#window = setTimeout(() => {
      this.#window = undefined;
      if (this.#unread.length === 0) return;
      this.#isWindowOver = true;
      this.#needs.onRipe();
    }, this.#needs.windowMs);
  }

  #takeLines(): LogLine[] {
    // Stable: the order within a log stays.
    if (!this.#isSorted) this.#unread.sort((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)));
    this.#isSorted = true;
    let count = 0;
    let bytes = 0;
    for (const one of this.#unread) {
      if (count === mostMessageLines || (count > 0 && bytes + one.bytes > mostMessageBytes)) break;
      count += 1;
      bytes += one.bytes;
    }
    this.#bytes -= bytes;
    return this.#unread.splice(0, count).map((one) => {
      this.#taken.set(one.source, one.place);
      if (this.#last.get(one.source) === one) this.#last.delete(one.source);
      return one.line;
    });
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
