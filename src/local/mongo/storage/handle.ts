import Libsql from 'libsql';

/** Rows come as arrays of columns, in the order of the `select`. */
export interface Statement {
  get(...parameters: readonly unknown[]): readonly unknown[] | undefined;
  all(...parameters: readonly unknown[]): (readonly unknown[])[];
  run(...parameters: readonly unknown[]): void;
}

/** One connection to the database file; every statement is prepared once. */
export class Handle {
  readonly #database: Libsql.Database;
  readonly #statements = new Map<string, Statement>();

  constructor(file: string) {
    this.#database = new Libsql(file);
    for (const pragma of [
      'journal_mode = WAL',
      'synchronous = FULL',
      'wal_autocheckpoint = 4000',
      'cache_size = -32000',
      'temp_store = MEMORY',
    ]) {
      this.#database.pragma(pragma);
    }
  }

  sql(text: string): Statement {
    const known = this.#statements.get(text);
    if (known) return known;
    const prepared = this.#database.prepare(text);
    const statement = positional(/^\s*select/i.test(text) ? prepared.raw() : prepared);
    this.#statements.set(text, statement);
    return statement;
  }

  exec(text: string): void {
    this.#database.exec(text);
  }

  /** False also after SQLite has rolled back by itself, as it does when the disk is full. */
  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  /** Rolls back what is open, if anything. */
  rollback(): void {
    if (this.inTransaction) this.#database.exec('rollback');
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

/** Binds by place: libsql takes a lone object, a Buffer too, for named parameters, and ends the process. */
function positional(prepared: Libsql.Statement): Statement {
  return {
    get: (...parameters) => prepared.get([...parameters]) as readonly unknown[] | undefined,
    all: (...parameters) => prepared.all([...parameters]) as (readonly unknown[])[],
    run: (...parameters) => void prepared.run([...parameters]),
  };
}
