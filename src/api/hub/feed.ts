import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import type { SetMessage } from '../../stream/set-message.js';
import type { SetStream } from '../../stream/set-stream.js';
import { NextMessage } from './frame.js';
import type { Line, Rider } from './line.js';
import type { News } from './news.js';
import type { Sources } from './shared-source.js';
import type { Turn } from './turn.js';

/** A subscription that reads a feed. */
export interface Reader extends Rider {
  readonly line: Line;
  /** The source has ended. */
  end(): void;
  fail(error: unknown): void;
}

type Result = ExecutionResult | FormattedExecutionResult;

export interface FeedNeeds {
  readonly stream: SetStream<Sources>;
  readonly news: News;
  /** Never throws for what a resolver throws. Errors are as they may be shown. */
  readonly execute: (message: SetMessage<Sources>) => Promise<Result> | Result;
  readonly turn: Turn;
  readonly maxRate: number | undefined;
  /** Called after each message of a watched feed, when it has been written, at the end of a turn. */
  readonly onSettled: (feed: Feed) => void;
  /** What to wait for before the next message. */
  readonly hold: (feed: Feed) => Promise<unknown> | undefined;
}

/**
 * Reads one set stream, executes and frames each message once, and writes it to
 * every reader.
 *
 * One message per turn at most, made and written at its end: what changes
 * meanwhile merges in the stream. A reader gets the messages that are taken
 * after it was added. Nothing is awaited that need not be: thousands of feeds
 * may turn at once.
 */
export class Feed {
  /** False while nobody else's feed waits for this one, and this one for none: it then is neither held nor settled. */
  isWatched = true;
  readonly #needs: FeedNeeds;
  /** With the number of messages taken when each was added. */
  readonly #readers = new Map<Reader, number>();
  readonly #takers: (() => void)[] = [];
  #taken = 0;
  #cursor: string | undefined;
  #opening: NextMessage | undefined;
  #isWhole = false;
  /** Its turn comes, or what it waits for. */
  #isDue = false;
  /** A message was taken and is not written yet. */
  #isBusy = false;
  #isClosed = false;
  #pause: { readonly timer: NodeJS.Timeout; readonly end: () => void } | undefined;
  #mayTakeAt = 0;

  constructor(needs: FeedNeeds, first: Reader) {
    this.#needs = needs;
    this.#readers.set(first, 0);
    needs.stream.onReady(() => this.#ready());
    this.#ready();
  }

  /** Of the last message that was written; every reader holds at least what lies before it. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** How many messages were taken from the stream. */
  get taken(): number {
    return this.#taken;
  }

  /** The whole snapshot, while it is the one message that there was. */
  get opening(): NextMessage | undefined {
    return this.#opening;
  }

  /** The snapshot was written to its end. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  get isPaced(): boolean {
    return this.#needs.maxRate !== undefined;
  }

  /** Everything there is was taken from the stream. */
  get isCaughtUp(): boolean {
    return !this.#isClosed && this.#needs.stream.isCaughtUp;
  }

  /** At the end of a turn: everything there is was written, its readers lack nothing. */
  get isAtRest(): boolean {
    return !this.#isBusy && this.isCaughtUp;
  }

  readers(): Reader[] {
    return [...this.#readers.keys()];
  }

  add(reader: Reader): void {
    this.#readers.set(reader, this.#taken);
  }

  /** Closes the feed with its last reader. @returns whether it is closed */
  remove(reader: Reader): boolean {
    this.#readers.delete(reader);
    if (this.#readers.size === 0) this.close();
    return this.#isClosed;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#readers.clear();
    this.#pause?.end();
    this.#tellTakers();
    void this.#needs.stream.return?.();
  }

  /** Settles when the next message is taken, when the feed is closed, or when one would have been taken by now. */
  async nextTake(): Promise<void> {
    if (this.#isClosed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 1000 / (this.#needs.maxRate ?? 1000));
      this.#takers.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** The end of a turn: takes one message, makes of it what is sent, and writes that. */
  turn(): void {
    this.#isDue = false;
    if (this.#isClosed || this.#isBusy) return;
    const held = (this.isWatched ? this.#needs.hold(this) : undefined) ?? this.#rest();
    if (held) return this.#waitFor(held);
    try {
      const { stream } = this.#needs;
      const message = stream.take();
      if (message) this.#make(message);
      else if (stream.isEnded) this.#end((reader) => reader.end());
    } catch (error) {
      this.#fail(error);
    }
  }

  /** After a turn in which it said something. */
  settle(): void {
    if (!this.#isClosed) this.#needs.onSettled(this);
  }

  #ready(): void {
    if (this.#isDue || this.#isBusy || this.#isClosed) return;
    this.#isDue = true;
    this.#needs.turn.makeAtEnd(this);
  }

  #waitFor(held: Promise<unknown>): void {
    this.#isDue = true;
    void held.then(this.#goOn);
  }

  readonly #goOn = (): void => {
    this.#isDue = false;
    this.#ready();
  };

  #make(message: SetMessage<Sources>): void {
    const { news, execute, turn } = this.#needs;
    this.#taken += 1;
    this.#opening = undefined;
    this.#tellTakers();
    const result = news.isRendered(message) ? undefined : execute(message);
    if (!(result instanceof Promise)) return this.#tell(message, result);
    this.#isBusy = true;
    result.then((settled) => turn.deliverAtEnd(() => this.#tellLate(message, settled)), this.#fail);
  }

  #tellLate(message: SetMessage<Sources>, result: Result): void {
    this.#isBusy = false;
    if (this.#isClosed) return;
    try {
      this.#tell(message, result);
      this.#ready();
    } catch (error) {
      this.#fail(error);
    }
  }

  #tell(message: SetMessage<Sources>, result: Result | undefined): void {
    const { news, turn, maxRate, stream } = this.#needs;
    this.#isWhole = message.synced;
    const text = news.textOf(message, result);
    if (this.isWatched) turn.settleAtEnd(this);
    if (stream.pending > 0 || stream.isEnded) this.#ready();
    if (text === undefined) return;
    this.#cursor = message.cursor;
    if (maxRate !== undefined && message.synced) this.#mayTakeAt = performance.now() + 1000 / maxRate;
    const next = new NextMessage(text);
    const number = this.#taken;
    this.#opening = number === 1 && message.reset && message.synced ? next : undefined;
    for (const [reader, from] of this.#readers) if (from < number) reader.line.write(reader, next);
  }

  /** Until `maxRate` allows another message. */
  #rest(): Promise<void> | undefined {
    if (this.#mayTakeAt === 0) return undefined;
    const milliseconds = this.#mayTakeAt - performance.now();
    if (milliseconds <= 0) return undefined;
    return new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#pause = undefined;
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      this.#pause = { timer, end };
    });
  }

  #tellTakers(): void {
    if (this.#takers.length > 0) for (const taker of this.#takers.splice(0)) taker();
  }

  readonly #fail = (error: unknown): void => this.#end((reader) => reader.fail(error));

  #end(tell: (reader: Reader) => void): void {
    const readers = this.readers();
    this.close();
    for (const reader of readers) tell(reader);
  }
}
