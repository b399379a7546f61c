import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const vanishTimeoutMilliseconds = 1000;
const vanishPollMilliseconds = 5;

/** Sends a signal to every process of a group. @returns false when the group is empty */
export function signalGroup(groupId: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch (error) {
    // EPERM: a member is there, but belongs to another user by now.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Ends every process of a group at once. Resolves when none is alive any more, or
 * after one second. A process that left the group (setsid) is not reached.
 */
export async function killGroup(groupId: number): Promise<void> {
  if (!signalGroup(groupId, 'SIGKILL')) return;
  const deadline = performance.now() + vanishTimeoutMilliseconds;
  while (hasLivingMember(groupId) && performance.now() < deadline) await sleep(vanishPollMilliseconds);
}

/** Zombies do not count: as process 1 of a container nobody but the kernel clears them away. */
function hasLivingMember(groupId: number): boolean {
  if (process.platform !== 'linux') return signalGroup(groupId, 'SIGKILL');
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    const [state, , group] = processState(name);
    return Number(group) === groupId && state !== 'Z' && state !== 'X';
  });
}

/** State, parent and group: fields 3 to 5 of /proc/<pid>/stat, counted after the name, which may hold spaces and brackets (proc(5)). */
function processState(pid: string): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ', 3);
  } catch {
    // Gone between the listing and the reading.
    return [];
  }
}
