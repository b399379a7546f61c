import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import type { SetMessage, SetStream } from '../../stream/set-stream.js';
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
  /** Called after each message, when it has been written, at the end of a turn. */
  readonly onSettled: (feed: Feed) => void;
  /** What to wait for before the next message. */
  readonly hold: (feed: Feed) => Promise<unknown> | undefined;
}

/**
 * Reads one set stream, executes and frames each message once, and writes it to
 * every reader.
 *
 * One message per turn at most: what changes meanwhile merges in the stream. A
 * reader gets the messages that are taken after it was added.
 */
export class Feed {
  readonly #needs: FeedNeeds;
  /** With the number of messages taken when each was added. */
  readonly #readers = new Map<Reader, number>();
  readonly #takers: (() => void)[] = [];
  #taken = 0;
  #cursor: string | undefined;
  #opening: NextMessage | undefined;
  #isWhole = false;
  #isBusy = false;
  #isClosed = false;
  #pause: { readonly timer: NodeJS.Timeout; readonly end: () => void } | undefined;
  #mayTakeAt = 0;

  constructor(needs: FeedNeeds, first: Reader) {
    this.#needs = needs;
    this.#readers.set(first, 0);
    void this.#run();
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

  async #run(): Promise<void> {
    const { stream, turn } = this.#needs;
    try {
      for (;;) {
        // Nothing is awaited that need not be: thousands of feeds may turn at once.
        const held = this.#needs.hold(this);
        if (held) await held;
        if (this.#mayTakeAt > 0) await this.#rest();
        const { done, value } = await stream.next();
        if (this.#isClosed) return;
        if (done) return this.#end((reader) => reader.end());
        this.#take();
        const result = this.#needs.execute(this.#needs.news.reduced(value));
        this.#tell(value, result instanceof Promise ? await result : result);
        this.#isBusy = false;
        turn.checkAtEnd(() => this.#isClosed || this.#needs.onSettled(this));
        await turn.end();
        if (this.#isClosed) return;
      }
    } catch (error) {
      this.#end((reader) => reader.fail(error));
    }
  }

  #take(): void {
    this.#taken += 1;
    this.#isBusy = true;
    this.#opening = undefined;
    this.#tellTakers();
  }

  #tell(message: SetMessage<Sources>, result: Result): void {
    const { news, turn, maxRate } = this.#needs;
    const number = this.#taken;
    if (this.#isClosed) return;
    this.#isWhole = message.synced;
    const text = news.textOf(message, result);
    if (text === undefined) return;
    this.#cursor = message.cursor;
    if (maxRate !== undefined && message.synced) this.#mayTakeAt = performance.now() + 1000 / maxRate;
    const next = new NextMessage(text);
    this.#opening = number === 1 && message.reset && message.synced ? next : undefined;
    turn.deliverAtEnd(() => {
      for (const [reader, from] of this.#readers) if (from < number) reader.line.write(reader, next);
    });
  }

  /** Until `maxRate` allows another message. */
  async #rest(): Promise<void> {
    const milliseconds = this.#mayTakeAt - performance.now();
    if (milliseconds <= 0 || this.#isClosed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      const end = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.#pause = { timer, end };
    });
    this.#pause = undefined;
  }

  #tellTakers(): void {
    for (const taker of this.#takers.splice(0)) taker();
  }

  #end(tell: (reader: Reader) => void): void {
    const readers = this.readers();
    this.close();
    for (const reader of readers) tell(reader);
  }
}
