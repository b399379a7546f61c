import { spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import { isAbsolute } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogFile } from './log-file.js';
import { findProgram, isProgram } from './program-file.js';
import type { Program } from './program.js';
import { killGroup, signalGroup } from './process-group.js';
import type { ProcessLedger } from './process-ledger.js';

/** How long a pipe may stay open after its group is gone: held by a process that left the group. */
const drainMilliseconds = 1000;

export interface RunningProcess {
  /** 128 + signal number for a process that was killed. Resolves when its group is gone and its output is in the log. */
  readonly exitCode: Promise<number>;
  /** SIGKILL to the whole group; any other to the first process only, as a runtime does. */
  signal(signal: NodeJS.Signals): void;
}

/** The runtime could not execute the program; `message` in runc's words. */
export class StartFailure extends Error {}

/**
 * Starts a container's process as the leader of a group of its own.
 *
 * When the leader ends, what is left of the group is killed, as the end of a
 * PID namespace would. A process that makes a session of its own escapes that.
 *
 * @throws StartFailure when there is no such program
 */
export async function startProcess(program: Program, log: LogFile, ledger: ProcessLedger): Promise<RunningProcess> {
  const { argv, directory, environment } = program;
  const [file = '', ...args] = argv;
  const found = findProgram(file, program);
  // A shell would run such a file as a script of its own, and so would execvp(3); a container runtime does not.
  if (found !== undefined && !isProgram(found)) return afterFailedStart(file, { code: 'ENOEXEC' }, found, log);
  const child = spawn(file, args, {
    cwd: directory,
    env: Object.fromEntries(environment),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) {
    const [error] = (await once(child, 'error')) as [NodeJS.ErrnoException];
    return afterFailedStart(file, error, found, log);
  }
  const strike = ledger.enter(pid);
  child.stdout.on('data', (bytes: Buffer) => log.write('stdout', bytes));
  child.stderr.on('data', (bytes: Buffer) => log.write('stderr', bytes));
  const closed = once(child, 'close');

  async function finished(): Promise<number> {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    await killGroup(pid as number);
    strike();
    const giveUp = new AbortController();
    await Promise.race([
      closed,
      sleep(drainMilliseconds, undefined, { signal: giveUp.signal, ref: true }).catch(noLonger),
    ]);
    giveUp.abort();
    child.stdout.destroy();
    child.stderr.destroy();
    log.end();
    return code ?? 128 + (signal ? os.constants.signals[signal] : 0);
  }

  return {
    exitCode: finished(),
    signal: (signal) => void (signal === 'SIGKILL' ? signalGroup(pid, signal) : child.kill(signal)),
  };
}

function noLonger(): void {
  // The pipes closed before the time was up.
}

/**
 * A file that is there but is no program is executed by the container's init,
 * which fails with exit code 1 and a line in the log; a file that is not there
 * is a failure of the runtime.
 */
function afterFailedStart(
  file: string,
  error: { readonly code?: string | undefined; readonly message?: string },
  found: string | undefined,
  log: LogFile,
): RunningProcess {
  if (error.code === 'ENOEXEC' || (error.code === 'ENOENT' && found !== undefined)) {
    const why = error.code === 'ENOEXEC' ? 'exec format error' : 'no such file or directory';
    log.write('stderr', Buffer.from(`exec ${file}: ${why}\n`));
    log.end();
    return { exitCode: Promise.resolve(1), signal: () => undefined };
  }
  log.end();
  throw new StartFailure(
    'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: ' +
      `unable to start container process: exec: "${file}": ${startFailure(file, error)}`,
  );
}

function startFailure(
  file: string,
  { code, message }: { readonly code?: string | undefined; readonly message?: string },
) {
  if (code === 'EACCES') return 'permission denied';
  if (code !== 'ENOENT') return message ?? String(code);
  return isAbsolute(file) ? `stat ${file}: no such file or directory` : 'executable file not found in $PATH';
}
