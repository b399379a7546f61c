import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiagnosisInput, TrialReportInput } from '../client/generated/graphql.js';
import type { Claim, RunPlan } from './api.js';
import { diagnoseEnd } from './diagnose-end.js';
import type { Output } from './output.js';
import type { Launch } from './program.js';
import { readResultFile } from './result-file.js';
import { filledCommand, settingsEnvironment } from './settings.js';
import { runProgram, type ProgramEnd } from './run-program.js';
import { TrialLog, type KeptLog } from './trial-log.js';

export interface TrialNeeds {
  readonly plan: RunPlan;
  readonly launch: Launch;
  readonly environment: Readonly<Record<string, string>>;
  /** Where logs that are too long for memory are written. */
  readonly logDirectory: string;
  readonly output: Output;
  readonly stop: AbortSignal;
}

export interface SettledTrial {
  readonly report: TrialReportInput;
  /** Absent when nothing of the trial is kept. */
  readonly log?: KeptLog;
  /** Settles when the trial's directory is gone, or cannot be removed. */
  readonly removed: Promise<void>;
}

/** A trial whose program has ended. */
export interface EndedTrial {
  readonly durationSeconds: number;
  /** Reads the result, begins to remove the trial's directory, and tells what came of it. Never throws. */
  settle(): SettledTrial;
}

/**
 * Runs one trial in a new empty directory, with the path of its configuration file
 * as the program's last argument, or what its command says in its place; settings are
 * in the environment too. The program runs when this returns.
 *
 * @throws Error when the directory cannot be made: the disk is full, or not ours
 */
export async function runTrial(claim: Claim, needs: TrialNeeds): Promise<EndedTrial> {
  const { plan, launch, output } = needs;
  const directory = mkdtempSync(join(launch.directory, `trial-${claim.index}.`));
  const config = join(directory, configName(plan));
  writeFileSync(config, claim.config);
  const log = new TrialLog(output, join(needs.logDirectory, `${claim.index}.${claim.attempt}.log`), claim);

  const startedAt = new Date();
  const begin = performance.now();
  const end = await runProgram({
    argv: plan.command ? filledCommand(launch.argv, claim.settings, config) : [...launch.argv, config],
    directory,
    environment: { ...needs.environment, ...settingsEnvironment(claim.settings), GLADOS_TRIAL: String(claim.index) },
    timeoutSeconds: plan.trialTimeoutSeconds,
    stop: needs.stop,
    onOutput: (stream, chunk) => log.write(stream, chunk),
  });
  const durationSeconds = (performance.now() - begin) / 1000;

  return {
    durationSeconds,
    settle() {
      const kept = log.end();
      const result = outcomeOf(end, directory, plan, log);
      const removed = removeDirectory(directory, output);
      const { index, attempt } = claim;
      if (result.outcome === 'RELEASED') {
        if ('file' in kept) rmSync(kept.file, { force: true });
        return { report: { index, attempt, outcome: 'RELEASED' }, removed };
      }
      const { exitCode, signal } = end;
      const report = {
        index,
        attempt,
        exitCode,
        signal,
        startedAt: startedAt.toISOString(),
        durationSeconds,
        ...result,
      };
      return { report, log: kept, removed };
    },
  };
}

function configName({ configFormat }: RunPlan): string {
  return `config.${configFormat.toLowerCase()}`;
}

type Outcome = Pick<TrialReportInput, 'outcome' | 'diagnosis' | 'resultColumns' | 'resultValues'>;

function outcomeOf(end: ProgramEnd, directory: string, plan: RunPlan, log: TrialLog): Outcome {
  if (end.cut === 'stop') return { outcome: 'RELEASED' };
  const diagnosis = diagnoseEnd(end, plan, log.lastErrors());
  if (diagnosis) return { outcome: end.cut === 'timeout' ? 'TIMED_OUT' : 'FAILED', diagnosis };
  const row = readResultFile(directory, plan.resultFile, plan.resultRow);
  if ('code' in row) return { outcome: 'FAILED', diagnosis: row };
  return { outcome: 'SUCCEEDED', resultColumns: row.columns, resultValues: row.values };
}

/** Not at once: a program may leave so many files that it takes longer than the next trial's first lines may wait. */
async function removeDirectory(directory: string, output: Output): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true, maxRetries: 2 });
  } catch (error) {
    output.say(`A trial's directory could not be removed: ${(error as Error).message}`);
  }
}

/** What is reported of a trial when there is no program to start. */
export function reportUnstarted({ index, attempt }: Claim, diagnosis: DiagnosisInput): TrialReportInput {
  return { index, attempt, outcome: 'FAILED', startedAt: new Date().toISOString(), durationSeconds: 0, diagnosis };
}
