import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StartFailure, startProcess } from './container-process.js';
import type { RunningProcess } from './container-process.js';
import { createLogFile } from './log-file.js';
import { endGracefully } from './pod-end.js';
import { happened } from './container-context.js';
import type { ContainerRun } from './container-context.js';
import type { ContainerProgram } from './container-program.js';
import { timestamp } from './pod.js';
import type { ContainerState, ContainerStatus } from './pod.js';
import { containerReadiness } from './container-readiness.js';
import { terminationMessage } from './termination-message.js';
import { aborted, pause } from './stopping.js';

/** Doubling from the second restart on, as a kubelet's; forgotten after a run of twice the longest. */
const firstBackoffMilliseconds = 10_000;
const longestBackoffMilliseconds = 300_000;

/**
 * Runs a container until it may not run again: its restart policy says so, or
 * the pod is being stopped. Every step is reported; the last report is of a
 * terminated container, unless it never came to start.
 */
export async function runContainer(run: ContainerRun): Promise<void> {
  const { pod, container, stopping } = run;
  let backoff = 0;
  for (;;) {
    const program = await containerReadiness(run);
    if (!program) return;
    const startedAt = performance.now();
    await runOnce(run, program);
    const exitCode = run.status().state.terminated?.exitCode;
    if (stopping.asked.aborted || !restarts(run, exitCode)) return;

    if (performance.now() - startedAt > 2 * longestBackoffMilliseconds) backoff = 0;
    if (backoff > 0) {
      const last = run.status().state;
      const where = `${container.name} in pod ${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
      happened(run, 'Warning', 'BackOff', `Back-off restarting failed container ${where}`);
      const reason = 'CrashLoopBackOff';
      const message = `back-off ${inWords(backoff)} restarting failed container=${where.replace(' in pod ', ' pod=')}`;
      run.report({ state: { waiting: { reason, message } }, lastState: last });
      await pause(backoff, stopping.asked);
      if (stopping.asked.aborted) return run.report({ state: last });
    }
    backoff = Math.min(backoff === 0 ? firstBackoffMilliseconds : backoff * 2, longestBackoffMilliseconds);
  }
}

function inWords(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

function restarts({ pod, isInit }: ContainerRun, exitCode: number | undefined): boolean {
  const policy = pod.spec.restartPolicy ?? 'Always';
  return (policy === 'Always' && !isInit) || (policy !== 'Never' && exitCode !== 0);
}

async function runOnce(run: ContainerRun, program: ContainerProgram): Promise<void> {
  const id = randomBytes(32).toString('hex');
  const containerID = `local://${id}`;
  const before = run.status();
  const again = before.state.terminated ?? before.lastState.terminated;
  const common: Partial<ContainerStatus> = {
    containerID,
    restartCount: again ? before.restartCount + 1 : before.restartCount,
    lastState: again ? { terminated: again } : {},
  };
  const log = createLogFile(logPath(run, id));
  run.liveLogs.set(id, log);
  happened(run, 'Normal', 'Created', 'Container created');
  const startedAt = timestamp();
  const finish = (exitCode: number, more?: { reason: string; message: string; startedAt: string }): void => {
    const message = more?.message ?? terminationMessage(program.terminationLog, log.path, run.container, exitCode);
    const terminated: ContainerState['terminated'] = {
      exitCode,
      reason: more?.reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
      ...(message && { message }),
      startedAt: more?.startedAt ?? startedAt,
      finishedAt: timestamp(),
      containerID,
    };
    const ready = run.isInit && exitCode === 0;
    run.report({ ...common, state: { terminated }, ready, started: false });
  };

  try {
    const process = await startProcess(program, log, run.ledger);
    happened(run, 'Normal', 'Started', 'Container started');
    run.report({ ...common, state: { running: { startedAt } }, ready: !run.isInit, started: true });
    finish(await exitOf(run, process, program));
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    happened(run, 'Warning', 'Failed', `Error: ${error.message}`);
    finish(128, { reason: 'StartError', message: error.message, startedAt: '1970-01-01T00:00:00Z' });
  } finally {
    log.end();
    run.liveLogs.delete(id);
  }
}

async function exitOf(run: ContainerRun, process: RunningProcess, program: ContainerProgram): Promise<number> {
  const natural = await Promise.race([process.exitCode, aborted(run.stopping.asked)]);
  if (natural !== undefined) return natural;
  happened(run, 'Normal', 'Killing', `Stopping container ${run.container.name}`);
  return endGracefully(process, program, run);
}

/** One file per start; the one before is kept for `previous`, older ones go. */
function logPath(run: ContainerRun, id: string): string {
  const directory = join(run.directories.logs, run.container.name);
  mkdirSync(directory, { recursive: true });
  const logs = readdirSync(directory)
    .filter((name) => name.endsWith('.log'))
    .map((name) => join(directory, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const old of logs.slice(1)) rmSync(old, { force: true });
  return join(directory, `${id}.log`);
}
