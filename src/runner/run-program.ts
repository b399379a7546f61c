import { spawn, type ChildProcess } from 'node:child_process';
import { killGroup, signalGroup } from './process-group.js';
import type { StreamName } from './trial-log.js';

/** How long a group has between SIGTERM and SIGKILL. */
export const graceMilliseconds = 5000;
/** setTimeout takes no more than this: a longer timeout would fire at once. */
const longestTimerMilliseconds = 2 ** 31 - 1;
/** How long the pipes of an ended program may stay open in the hands of a process that left the group. */
const quietMilliseconds = 250;
const openMilliseconds = 5000;

export interface ProgramRun {
  readonly argv: readonly [string, ...string[]];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** Aborted when the pod is told to stop: the group is ended as on a timeout. */
  readonly stop: AbortSignal;
  /** The answer, when there is one, settles as soon as more may come. */
  readonly onOutput: (stream: StreamName, chunk: Buffer) => Promise<void> | undefined;
}

/** How a program ended. `cut` says that we ended it, and why. */
export interface ProgramEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly cut?: 'timeout' | 'stop';
  /** Set when it could not even be started. */
  readonly startError?: NodeJS.ErrnoException;
}

/**
 * Runs a program as a process group of its own, with standard input closed.
 *
 * Starts it before returning. When the program has ended, by itself or not, what
 * is left of its group is killed; the promise settles after that and after the
 * last output was handed over. Never rejects.
 */
export function runProgram(run: ProgramRun): Promise<ProgramEnd> {
  let child: ChildProcess;
  try {
    const [file, ...args] = run.argv;
    child = spawn(file, args, {
      cwd: run.directory,
      env: run.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
  } catch (error) {
    return Promise.resolve({ exitCode: null, signal: null, startError: error as NodeJS.ErrnoException });
  }
  return new Promise((resolve) => {
    const pipes = readPipes(child, run.onOutput);
    const cut = cutShort(child.pid ?? 0, run);
    child.once('error', (startError) => {
      if (child.pid !== undefined) return;
      cut.clear();
      resolve({ exitCode: null, signal: null, startError });
    });
    child.once('exit', async (exitCode, signal) => {
      const reason = cut.clear();
      await killGroup(child.pid ?? 0);
      await pipes.finish(run.stop);
      resolve({ exitCode, signal, ...(reason === undefined ? {} : { cut: reason }) });
    });
  });
}

/** Ends the group on timeout or stop. `clear` ends the watching and tells whether the group was cut short. */
function cutShort(groupId: number, { timeoutSeconds, stop }: ProgramRun) {
  let reason: ProgramEnd['cut'];
  let killTimer: NodeJS.Timeout | undefined;
  const end = (why: 'timeout' | 'stop'): void => {
    if (reason !== undefined || groupId === 0) return;
    reason = why;
    signalGroup(groupId, 'SIGTERM');
    killTimer = setTimeout(() => signalGroup(groupId, 'SIGKILL'), graceMilliseconds);
  };
  const onStop = (): void => end('stop');
  const timer = setTimeout(() => end('timeout'), Math.min(timeoutSeconds * 1000, longestTimerMilliseconds));
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  return {
    clear(): ProgramEnd['cut'] {
      clearTimeout(timer);
      clearTimeout(killTimer);
      stop.removeEventListener('abort', onStop);
      return reason;
    },
  };
}

/** Hands over what comes through both pipes, no faster than `onOutput` takes it. */
function readPipes(child: ChildProcess, onOutput: ProgramRun['onOutput']) {
  let held = 0;
  let lastChunkAt = 0;
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));

  const take = async (name: StreamName, chunk: Buffer): Promise<void> => {
    lastChunkAt = performance.now();
    const roomAgain = onOutput(name, chunk);
    if (!roomAgain) return;
    held++;
    for (const stream of streams) stream.pause();
    await roomAgain;
    if (--held === 0) for (const stream of streams) stream.resume();
  };
  child.stdout?.on('data', (chunk: Buffer) => void take('out', chunk));
  child.stderr?.on('data', (chunk: Buffer) => void take('err', chunk));

  return {
    /** Waits for the end of both pipes; gives up on pipes that somebody outside the group holds open. */
    async finish(stop: AbortSignal): Promise<void> {
      const endedAt = performance.now();
      const watch = setInterval(() => {
        const now = performance.now();
        const quiet = held === 0 && now - Math.max(lastChunkAt, endedAt) > quietMilliseconds;
        const endless = (held === 0 || stop.aborted) && now - endedAt > openMilliseconds;
        if (quiet || endless) for (const stream of streams) stream.destroy();
      }, quietMilliseconds);
      await closed;
      clearInterval(watch);
    },
  };
}
