import { startProcess } from './container-process.js';
import type { RunningProcess } from './container-process.js';
import type { ContainerProgram } from './container-program.js';
import type { ContainerRun } from './container-context.js';
import { createLogFile } from './log-file.js';
import { aborted, pause } from './stopping.js';

/** preStop, SIGTERM, and SIGKILL when the grace period is over. @returns the exit code */
export async function endGracefully(
  process: RunningProcess,
  program: ContainerProgram,
  run: ContainerRun,
): Promise<number> {
  const { overdue } = run.stopping;
  if (!overdue.aborted) {
    await Promise.race([process.exitCode, preStop(program, run)]);
    process.signal('SIGTERM');
  }
  const exitCode = await Promise.race([process.exitCode, aborted(overdue)]);
  if (exitCode !== undefined) return exitCode;
  process.signal('SIGKILL');
  return process.exitCode;
}

/** The hook's time counts against the grace period; its output goes nowhere and its failure stops nothing. */
async function preStop(program: ContainerProgram, run: ContainerRun): Promise<void> {
  const hook = run.container.lifecycle?.preStop;
  const { overdue } = run.stopping;
  if (hook?.sleep) return pause(hook.sleep.seconds * 1000 * run.graceScale, overdue);
  if (!hook?.exec?.command?.length) return;
  const failed = (why: string): void =>
    run.recordEvent({
      object: run.pod,
      type: 'Warning',
      reason: 'FailedPreStopHook',
      message: `PreStopHook failed: ${why}`,
      component: 'kubelet',
      fieldPath: `spec.containers{${run.container.name}}`,
    });
  const nowhere = createLogFile('/dev/null');
  try {
    const argv = hook.exec.command.map(program.rewrite);
    const hookProcess = await startProcess({ ...program, argv }, nowhere, run.ledger);
    const exitCode = await Promise.race([hookProcess.exitCode, aborted(overdue)]);
    if (exitCode === undefined) hookProcess.signal('SIGKILL');
    else if (exitCode !== 0) failed(`command exited with ${exitCode}`);
  } catch (error) {
    failed((error as Error).message);
  } finally {
    nowhere.end();
  }
}
