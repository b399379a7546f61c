import { readdirSync, readFileSync } from 'node:fs';

/**
 * The runner of a pod among the processes of this machine, when it is the node:
 * found by the pod's uid, which stands in the names of its control groups.
 *
 * @returns its process id; undefined when it does not run here
 */
export function runnerProcess(podUid: string): number | undefined {
  const uids = [podUid, podUid.replaceAll('-', '_')];
  const found = readdirSync('/proc').find((name) => {
    if (!/^\d+$/.test(name)) return false;
    const groups = read(`/proc/${name}/cgroup`);
    const [program = '', ...rest] = read(`/proc/${name}/cmdline`).split('\0');
    return (
      uids.some((uid) => groups.includes(uid)) && /\bnode$/.test(program) && (rest[0] ?? '').endsWith('runner/main.js')
    );
  });
  return found === undefined ? undefined : Number(found);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process ended meanwhile.
    return '';
  }
}
