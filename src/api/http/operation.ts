import type { ExecutionResult, FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import type { Subscriber } from '../hub/member.js';
import type { Connection, OpenOperation } from './connection.js';

/**
 * One operation on one socket, from `subscribe` to its end, and what is said
 * under its id: nothing any more once it is over, whoever ended it.
 */
export class Operation implements OpenOperation, Subscriber {
  /** JSON text. */
  readonly id: string;
  readonly connection: Connection;
  isOver = false;
  #stop: (() => void) | undefined;

  constructor(id: string, connection: Connection) {
    this.id = id;
    this.connection = connection;
  }

  /** It is a subscription that has begun. */
  get isStreaming(): boolean {
    return this.#stop !== undefined;
  }

  /** @param stop Lets go of the source; called once, at the end. */
  streams(stop: () => void): void {
    this.#stop = stop;
  }

  /** Settles when the kernel has it, or never will: a slow reader thereby slows only its own operations. */
  next(result: ExecutionResult | FormattedExecutionResult): Promise<void> {
    if (this.isOver) return Promise.resolve();
    return this.connection.sayAndWait(`{"id":${this.id},"type":"next","payload":${JSON.stringify(result)}}`);
  }

  /** Ends it. */
  error(errors: readonly GraphQLFormattedError[]): void {
    this.#end(`{"id":${this.id},"type":"error","payload":${JSON.stringify(errors)}}`);
  }

  /** Ends it. */
  complete(): void {
    this.#end(`{"id":${this.id},"type":"complete"}`);
  }

  /** The client wants it no more, or has left. */
  end(): void {
    this.#end();
  }

  ended(): void {
    this.complete();
  }

  failed(error: unknown): void {
    this.error(this.connection.shown(error));
  }

  #end(lastWord?: string): void {
    if (this.isOver) return;
    this.isOver = true;
    const stop = this.#stop;
    this.#stop = undefined;
    stop?.();
    if (lastWord !== undefined) this.connection.say(lastWord);
    this.connection.operationEnded(this);
  }
}
