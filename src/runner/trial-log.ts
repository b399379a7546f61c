import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { LineSplitter } from './line-splitter.js';
import type { Output } from './output.js';

export type StreamName = 'out' | 'err';

/** The whole log of one trial: as text while it is short, as a file once it is not. */
export type KeptLog = { readonly text: string } | { readonly file: string; readonly bytes: number };

/** A log of at most so many bytes travels in the report. */
export const inlineLogBytes = 64 * 1024;
/** What a trial writes beyond this is printed, but not kept: a pod's disk is small. */
const keptLogBytes = 256 * 1024 * 1024;
const lastErrorLines = 5;

/**
 * Takes what a trial's program writes: prints it line by line as
 * `#<index>.<attempt> out: text` (`err` for standard error), and keeps it.
 *
 * Memory is bounded: beyond 64 KiB the log lies in `file`.
 */
export class TrialLog {
  readonly #splitters = { out: new LineSplitter(), err: new LineSplitter() };
  readonly #prefix: string;
  readonly #errors: string[] = [];
  #text = '';
  #bytes = 0;
  #descriptor: number | undefined;
  #full = false;

  constructor(
    readonly output: Output,
    readonly file: string,
    name: { readonly index: number; readonly attempt: number },
  ) {
    this.#prefix = `#${name.index}.${name.attempt}`;
  }

  /** The answer, when there is one, settles as soon as more may be written. */
  write(stream: StreamName, chunk: Buffer): Promise<void> | undefined {
    return this.#take(stream, this.#splitters[stream].push(chunk));
  }

  /** Call when nothing more comes. */
  end(): KeptLog {
    void this.#take('out', this.#splitters.out.end());
    void this.#take('err', this.#splitters.err.end());
    if (this.#descriptor === undefined) return { text: this.#text };
    closeSync(this.#descriptor);
    return { file: this.file, bytes: this.#bytes };
  }

  /** The last lines of standard error, each cut to a readable length. */
  lastErrors(): string[] {
    return this.#errors.map((line) => line.slice(0, 500));
  }

  #take(stream: StreamName, lines: readonly string[]): Promise<void> | undefined {
    if (lines.length === 0) return undefined;
    this.#keep(`${lines.join('\n')}\n`);
    if (stream === 'err') {
      this.#errors.push(...lines.slice(-lastErrorLines));
      this.#errors.splice(0, this.#errors.length - lastErrorLines);
    }
    const head = `${this.#prefix} ${stream}: `;
    return this.output.write(`${head}${lines.join(`\n${head}`)}\n`);
  }

  #keep(text: string): void {
    if (this.#full) return;
    const bytes = Buffer.byteLength(text);
    try {
      if (this.#bytes + bytes > keptLogBytes) throw new Error(`it is longer than ${keptLogBytes} bytes`);
      if (this.#descriptor === undefined && this.#bytes + bytes <= inlineLogBytes) this.#text += text;
      else this.#spool(text);
      this.#bytes += bytes;
    } catch (error) {
      this.#full = true;
      this.output.say(`The log of trial ${this.#prefix} is kept only in part: ${(error as Error).message}.`);
    }
  }

  #spool(text: string): void {
    if (this.#descriptor === undefined) {
      rmSync(this.file, { force: true });
      this.#descriptor = openSync(this.file, 'wx', 0o600);
      writeWhole(this.#descriptor, this.#text);
      this.#text = '';
    }
    writeWhole(this.#descriptor, text);
  }
}

function writeWhole(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
}
