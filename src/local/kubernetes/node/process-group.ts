import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a group may take to vanish after SIGKILL; only a process stuck in the kernel takes longer. */
const vanishTimeoutMilliseconds = 1000;
const vanishPollMilliseconds = 5;

/** Sends a signal to every process of a group. @returns false when the group is empty */
export function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch (error) {
    // EPERM: a member exists but changed its user (macOS also says so of zombies).
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Ends a process group for good. Resolves when nothing of it runs, at the
 * latest after one second. Zombies are none: an init that is slow to reap
 * them keeps the group's number in use, but they do nothing.
 */
export async function killGroup(groupId: number): Promise<void> {
  const deadline = performance.now() + vanishTimeoutMilliseconds;
  while (signalGroup(groupId, 'SIGKILL') && membersThatRun(groupId) > 0 && performance.now() < deadline) {
    await sleep(vanishPollMilliseconds);
  }
}

/** One, where there is no /proc to tell. */
function membersThatRun(groupId: number): number {
  if (process.platform !== 'linux') return 1;
  return processIds().filter((pid) => {
    const [state, , group] = statFields(pid);
    return group === String(groupId) && state !== 'Z' && state !== 'X';
  }).length;
}

/** What /proc lists. */
export function processIds(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** From the third field (the state) on; counted after the name, which may hold spaces and brackets (proc(5)). */
function statFields(pid: number): string[] {
  const stat = readProc(pid, 'stat') ?? '';
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/**
 * A mark that tells a process from a later one with the same number: boot and
 * start time on Linux, the start time of `ps` elsewhere. Undefined when there
 * is no such process.
 */
export function startMark(pid: number): string | undefined {
  if (process.platform === 'linux') {
    const ticks = statFields(pid)[19];
    return ticks === undefined ? undefined : `${bootId()}:${ticks}`;
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    // ps exits 1 when there is no such process.
    return undefined;
  }
}

let knownBootId: string | undefined;
const bootId = (): string => (knownBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());

/** A file of /proc/<pid>; undefined when the process is gone or may not be looked at. */
export function readProc(pid: number, file: 'stat' | 'environ'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    // Gone, or another user's.
    return undefined;
  }
}
