import { type Doc, encode } from '../bson/document.js';
import { MongoFailure } from '../failure.js';
import type { Engine } from '../storage/engine.js';

interface Open {
  readonly number: bigint;
  readonly release: () => void;
  readonly timer: NodeJS.Timeout;
  /** The connection that spoke for it last. */
  connection: AbortSignal;
  readonly gone: () => void;
}

export interface TransactionLimits {
  readonly lifetimeMilliseconds: number;
  /** How long the first command waits for the transaction of another session to end. */
  readonly waitMilliseconds: number;
}

const transient = ['TransientTransactionError'];

function noSuch(number: bigint): MongoFailure {
  return new MongoFailure(
    251,
    `Given transaction number ${number} does not match any in-progress transactions.`,
    {},
    transient,
  );
}

/**
 * Transactions of many statements. One is open at a time, from its first statement to its end: others wait in the line of
 * writers, so that there are no conflicts between them and no deadlocks, while reads outside go on with what is committed.
 */
export class Transactions {
  readonly #open = new Map<string, Open>();
  /** Number of the last transaction each session committed. */
  readonly #committed = new Map<string, bigint>();

  constructor(
    private readonly engine: Engine,
    private readonly limits: TransactionLimits,
    private readonly ended: (session: string) => void,
  ) {}

  /**
   * Begins a transaction for a session.
   *
   * @throws MongoFailure 112 (transient) when another transaction stays open for too long.
   */
  async begin(session: string, number: bigint, connection: AbortSignal): Promise<void> {
    this.abort(session);
    const wait = new AbortController();
    const timer = setTimeout(() => {
      wait.abort(
        new MongoFailure(
          112,
          'another transaction is open; please retry your operation or multi-document transaction.',
          {},
          transient,
        ),
      );
    }, this.limits.waitMilliseconds);
    const signal = AbortSignal.any([wait.signal, connection]);
    let release: () => void;
    try {
      release = await this.engine.queue.hold(signal);
    } catch (error) {
      throw error instanceof MongoFailure ? error : noSuch(number);
    } finally {
      clearTimeout(timer);
    }
    try {
      this.engine.writer.handle.exec('begin immediate');
    } catch (error) {
      release();
      throw error;
    }
    this.#track(session, number, connection, release);
  }

  #track(session: string, number: bigint, connection: AbortSignal, release: () => void): void {
    const gone = (): void => {
      this.abort(session);
    };
    const timer = setTimeout(gone, this.limits.lifetimeMilliseconds);
    timer.unref();
    connection.addEventListener('abort', gone, { once: true });
    this.#open.set(session, { number, release, timer, connection, gone });
  }

  /** Joins an open transaction. @throws MongoFailure 251, 256 when it is not open any more. */
  join(session: string, number: bigint, connection: AbortSignal): void {
    const open = this.#open.get(session);
    if (!open || open.number !== number) {
      if (this.#committed.get(session) === number)
        throw new MongoFailure(256, `Transaction with { txnNumber: ${number} } has been committed.`);
      throw noSuch(number);
    }
    open.connection.removeEventListener('abort', open.gone);
    open.connection = connection;
    connection.addEventListener('abort', open.gone, { once: true });
  }

  /** Commits; once more is no error, also after a restart. */
  commit(session: string, number: bigint): void {
    const open = this.#open.get(session);
    if (!open || open.number !== number) {
      if (this.#wasCommitted(session, number)) return;
      throw noSuch(number);
    }
    const { handle } = this.engine.writer;
    try {
      handle
        .sql('insert or replace into retries values (?, ?, ?, ?)')
        .run(Buffer.from(session, 'hex'), Number(number), encode({ committed: true }), Date.now());
      handle.exec('commit');
    } catch (error) {
      this.abort(session);
      throw error;
    }
    this.#committed.set(session, number);
    this.#close(session, open);
    this.engine.settled(true);
  }

  #wasCommitted(session: string, number: bigint): boolean {
    if (this.#committed.get(session) === number) return true;
    const row = this.engine.reader.handle
      .sql('select number, reply from retries where session = ?')
      .get(Buffer.from(session, 'hex'));
    return (
      row !== undefined && BigInt(row[0] as number) === number && encode({ committed: true }).equals(row[1] as Buffer)
    );
  }

  /** @throws MongoFailure 251, 256 when it is not open. */
  abortNumber(session: string, number: bigint): void {
    const open = this.#open.get(session);
    if (!open || open.number !== number) {
      if (this.#wasCommitted(session, number))
        throw new MongoFailure(256, `Transaction with { txnNumber: ${number} } has been committed.`);
      throw noSuch(number);
    }
    this.abort(session);
  }

  /** Rolls back what a session has open, if anything. */
  abort(session: string): void {
    const open = this.#open.get(session);
    if (!open) return;
    this.engine.writer.handle.rollback();
    this.engine.settled(false);
    this.#close(session, open);
  }

  #close(session: string, open: Open): void {
    clearTimeout(open.timer);
    open.connection.removeEventListener('abort', open.gone);
    this.#open.delete(session);
    this.ended(session);
    open.release();
  }

  /** Runs one statement; when it fails the whole transaction is rolled back, as MongoDB does. */
  async statement(session: string, run: () => Doc | Promise<Doc>): Promise<Doc> {
    try {
      const reply = await run();
      if ('writeErrors' in reply) this.abort(session);
      return reply;
    } catch (error) {
      this.abort(session);
      throw error;
    }
  }

  abortAll(): void {
    for (const session of this.#open.keys()) this.abort(session);
  }
}
