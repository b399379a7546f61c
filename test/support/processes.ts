import { readFileSync } from 'node:fs';

/** Whether there is such a process, and it is no zombie that waits to be reaped by whoever inherited it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    // ESRCH: there is none.
    return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // It went between the two looks.
    return false;
  }
}
