import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { killGroup, processIds, readProc, startMark } from './process-group.js';

interface Entry {
  readonly pid: number;
  readonly started: string;
}

/** Remembers on disk which process groups run, so that a later life can end what a killed one left behind. */
export interface ProcessLedger {
  /** Written before this returns. The answer strikes the entry out. */
  enter(pid: number): () => void;
  /**
   * Kills what earlier lives left: groups whose leader is still the process
   * that was entered (number and start time), and, where /proc tells, any
   * process whose HOME lies below `home`, which only containers have.
   */
  killLeftovers(home: string): Promise<void>;
}

export function openProcessLedger(directory: string): ProcessLedger {
  mkdirSync(directory, { recursive: true });
  const earlier = readdirSync(directory);
  return {
    enter(pid) {
      const file = join(directory, String(pid));
      writeFileSync(file, JSON.stringify({ pid, started: startMark(pid) ?? '' } satisfies Entry));
      return () => rmSync(file, { force: true });
    },
    async killLeftovers(home) {
      const groups = earlier.flatMap((name) => leftoverGroup(join(directory, name)));
      await Promise.all([...groups, ...processesAtHome(home)].map(killEither));
      for (const name of earlier) rmSync(join(directory, name), { force: true });
    },
  };
}

function leftoverGroup(file: string): number[] {
  try {
    const { pid, started } = JSON.parse(readFileSync(file, 'utf8')) as Entry;
    return started !== '' && startMark(pid) === started ? [pid] : [];
  } catch {
    // A half-written entry: its process is found by its home instead.
    return [];
  }
}

function processesAtHome(home: string): number[] {
  if (process.platform !== 'linux') return [];
  const below = Buffer.from(`HOME=${join(home, '/')}`).toString('latin1');
  return processIds().filter((pid) => `\0${readProc(pid, 'environ') ?? ''}`.includes(`\0${below}`));
}

/** A leader is killed with its group; a member whose leader is gone, alone. */
async function killEither(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
  await killGroup(pid);
}
