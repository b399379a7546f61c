import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { LogFile } from './log-file.js';
import { createLogFormat } from './log-format.js';
import { startOfTail } from './log-tail.js';

/** The query of `GET …/pods/<name>/log`. */
export interface LogOptions {
  container?: string;
  follow?: boolean;
  timestamps?: boolean;
  tailLines?: number;
  /** RFC 3339. */
  sinceTime?: string;
  sinceSeconds?: number;
  previous?: boolean;
  limitBytes?: number;
}

/** A log as it is sent. `cancel` ends it at once, also while it waits for more. */
export type PodLog = AsyncIterable<Buffer> & { cancel(): void };

const blockBytes = 64 * 1024;

/**
 * Reads a container's log from its file, at the reader's own pace: neither the
 * container nor memory is held up by a slow one.
 *
 * Not an async generator: `return()` on one that is parked at an `await` does
 * not settle until the next line, so a reader that left would stay.
 *
 * @param live the log while its container runs; following it ends when it ends
 */
export function readLogFile(path: string, options: LogOptions, live: LogFile | undefined): PodLog {
  const format = createLogFormat(options);
  let file: FileHandle | undefined;
  let position = 0;
  let done = false;
  let wake: (() => void) | undefined;
  const forget = live?.onAppend(() => wake?.());

  async function finish(): Promise<IteratorResult<Buffer>> {
    done = true;
    forget?.();
    wake?.();
    const closing = file;
    file = undefined;
    await closing?.close();
    return { done: true, value: undefined };
  }

  async function opened(): Promise<FileHandle> {
    const handle = await open(path, 'r');
    if (options.tailLines !== undefined) position = await startOfTail(handle, options.tailLines);
    return handle;
  }

  async function next(): Promise<IteratorResult<Buffer>> {
    if (!done) file ??= await opened();
    for (;;) {
      if (done || !file) return finish();
      const follows = options.follow === true && live !== undefined && !live.ended;
      const appended = new Promise<void>((resolve) => (wake = resolve));
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(blockBytes), 0, blockBytes, position);
      position += bytesRead;
      const text = format.feed(buffer.subarray(0, bytesRead));
      if (text.length > 0) return { done: false, value: text };
      if (format.full || (bytesRead === 0 && !follows)) return finish();
      if (bytesRead === 0) await appended;
    }
  }

  return {
    cancel: () => void finish(),
    [Symbol.asyncIterator]: () => ({ next, return: finish }),
  };
}
