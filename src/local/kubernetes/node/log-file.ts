import { closeSync, openSync, writeSync } from 'node:fs';

export type LogStream = 'stdout' | 'stderr';

/** `2026-11-25T09:17:00.123456789Z stdout F `: every record starts with as many bytes. */
export const recordHeaderBytes = 40;
export const timestampBytes = 30;
/** Where the tag stands: F ends a line, P goes on in the next record. */
export const recordTagOffset = 38;
/** As containerd's max_container_log_line_size: longer lines are written in parts. */
const longestPart = 16 * 1024;
const newline = 0x0a;
const newlineBytes = Buffer.from('\n');

/**
 * A container's log on disk, one record per line as the Container Runtime
 * Interface writes them; lines longer than 16 KiB in parts.
 *
 * Promises: bytes are kept as they came, whatever their encoding; what `write`
 * was given is in the file when it returns, except for the line still open,
 * which `end` writes as a part: a log without a last newline is read without one. When the disk refuses (ENOSPC), output is dropped rather
 * than the container held up.
 */
export interface LogFile {
  readonly path: string;
  readonly ended: boolean;
  write(stream: LogStream, bytes: Buffer): void;
  end(): void;
  /** Calls back at each append and at the end. */
  onAppend(listener: () => void): () => void;
}

export function createLogFile(path: string): LogFile {
  const file = openSync(path, 'a', 0o600);
  const open: Record<LogStream, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  const listeners = new Set<() => void>();
  const now = createLogClock();
  let ended = false;

  function append(block: Buffer): void {
    if (block.length === 0) return;
    try {
      for (let written = 0; written < block.length;) written += writeSync(file, block, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'EFBIG') throw error;
    }
    for (const listener of listeners) listener();
  }

  /** Records made of all that ends in a newline, or is too long to wait for one; the rest stays open. */
  function recordsOf(stream: LogStream, bytes: Buffer): Buffer {
    const text = open[stream].length > 0 ? Buffer.concat([open[stream], bytes]) : bytes;
    const out: Buffer[] = [];
    let at = 0;
    for (;;) {
      const end = text.indexOf(newline, at);
      const isPart = end < 0 ? text.length - at > longestPart : end - at > longestPart;
      if (end < 0 && !isPart) break;
      const stop = isPart ? at + longestPart : end;
      out.push(
        Buffer.from(`${now()} ${stream} ${isPart ? 'P' : 'F'} `, 'latin1'),
        text.subarray(at, stop),
        newlineBytes,
      );
      at = isPart ? stop : stop + 1;
    }
    open[stream] = Buffer.from(text.subarray(at));
    return Buffer.concat(out);
  }

  return {
    path,
    get ended() {
      return ended;
    },
    write: (stream, bytes) => append(recordsOf(stream, bytes)),
    end() {
      if (ended) return;
      for (const stream of ['stdout', 'stderr'] as const) {
        const rest = open[stream];
        if (rest.length > 0)
          append(Buffer.concat([Buffer.from(`${now()} ${stream} P `, 'latin1'), rest, newlineBytes]));
      }
      ended = true;
      closeSync(file);
      for (const listener of listeners) listener();
      listeners.clear();
    },
    onAppend(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** RFC 3339 with nanoseconds, growing with each call: two lines of a log never share a time. */
function createLogClock(): () => string {
  let last = 0n;
  let millisecond = -1n;
  let prefix = '';
  return () => {
    const wall = BigInt(Date.now()) * 1_000_000n;
    last = wall > last ? wall : last + 1n;
    if (last / 1_000_000n !== millisecond) {
      millisecond = last / 1_000_000n;
      prefix = new Date(Number(millisecond)).toISOString().slice(0, -1);
    }
    return `${prefix}${String(last % 1_000_000n).padStart(6, '0')}Z`;
  };
}
