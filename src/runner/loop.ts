import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DiagnosisInput, TrialReportInput } from '../client/generated/graphql.js';
import type { Api, Claim, RunPlan } from './api.js';
import { createClaimQueue, type ClaimQueue } from './claim-queue.js';
import { programEnvironment } from './environment.js';
import type { Output } from './output.js';
import { prepareProgram } from './program.js';
import { ProgramNotFound } from './program-not-found.js';
import { createReporter, type Reporter } from './reporter.js';
import { reportUnstarted, runTrial, type EndedTrial, type TrialNeeds } from './trial.js';

export interface RunnerNeeds {
  readonly api: Api;
  readonly output: Output;
  /** A directory of the runner's own. */
  readonly work: string;
  /** The runner's environment; the program gets a part of it. */
  readonly environment: NodeJS.ProcessEnv;
  /** Aborted when the pod is told to stop. */
  readonly stop: AbortSignal;
}

/** `done`: nothing is left to claim and everything was reported. `stopped`: told to stop while something was left. */
export type RunnerEnd = 'done' | 'stopped';

/** How long handing in may take after the runner was told to stop. */
const lastWordsMilliseconds = 5000;

/**
 * Runs trials of one experiment, one after the other, until none is left to claim.
 *
 * When told to stop, it ends the program at hand, hands in what has ended, and gives
 * back the rest, so that other pods can take it.
 *
 * @throws ApiLost when the API refuses the runner or stays away
 */
export async function runLoop(needs: RunnerNeeds): Promise<RunnerEnd> {
  const first = await needs.api.claimFirst();
  if (!first) return 'done';
  const claims = createClaimQueue(needs.api, first.claims);
  const failure = new AbortController();
  const reporter = createReporter(needs.api, first.plan, (error) => failure.abort(error));
  const stop = AbortSignal.any([needs.stop, failure.signal]);
  let problem: { readonly error: unknown } | undefined;
  try {
    if (!claims.isExhausted) await runAll({ ...needs, stop }, first.plan, claims, reporter);
    if (!stop.aborted) {
      await reporter.flush();
      return 'done';
    }
  } catch (error) {
    problem = { error };
  }
  const isEverythingIn = await sayLastWords(claims, reporter);
  failure.signal.throwIfAborted();
  if (problem && problem.error !== needs.stop.reason) throw problem.error;
  return isEverythingIn && claims.isExhausted && !reporter.hasReleased ? 'done' : 'stopped';
}

async function runAll(needs: RunnerNeeds, plan: RunPlan, claims: ClaimQueue, reporter: Reporter): Promise<void> {
  const run = await prepare(needs, plan);
  let settled = Promise.resolve();
  for (let claim = await claims.next(); claim; claim = await claims.next()) {
    if (needs.stop.aborted) {
      reporter.add(released(claim));
      break;
    }
    try {
      if ('code' in run) {
        reporter.add(reportUnstarted(claim, run));
        claims.took(0);
        continue;
      }
      const ended = await runTrial(claim, run);
      claims.took(ended.durationSeconds);
      await settled;
      settled = settleLater(ended, reporter);
    } catch (error) {
      reporter.add(released(claim));
      await settled;
      throw error;
    }
    await reporter.room();
  }
  await settled;
}

/** Reads the result once the next program runs, so that it costs no time of its own. */
function settleLater(ended: EndedTrial, reporter: Reporter): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      const { report, log, removed } = ended.settle();
      reporter.add(report, log);
      resolve(removed);
    });
  });
}

/** @returns a diagnosis when there is no program to start */
async function prepare(needs: RunnerNeeds, plan: RunPlan): Promise<TrialNeeds | DiagnosisInput> {
  const { api, work, output, stop } = needs;
  const temporary = join(work, 'tmp');
  const logDirectory = join(work, 'logs');
  for (const directory of [temporary, logDirectory]) {
    // An earlier life in the same container may have left something.
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
  }
  const environment = programEnvironment(needs.environment, work, temporary);
  try {
    const launch = await untilAborted(prepareProgram(plan, api, { work, path: environment['PATH'] ?? '' }), stop);
    return { plan, launch, environment, logDirectory, output, stop };
  } catch (error) {
    if (!(error instanceof ProgramNotFound)) throw error;
    output.say(error.message);
    return error.toDiagnosis();
  }
}

/** Gives back what was not begun and hands in the rest. @returns false when there was no time for all of it */
async function sayLastWords(claims: ClaimQueue, reporter: Reporter): Promise<boolean> {
  const giveBack = async (): Promise<void> => {
    for (const claim of await claims.stop()) reporter.add(released(claim));
    await reporter.flush();
  };
  const timer = new AbortController();
  const all = Promise.all([reporter.flush(), giveBack()]).then(
    () => true,
    () => false,
  );
  const late = sleep(lastWordsMilliseconds, false, { signal: timer.signal }).catch(() => false);
  const isEverythingIn = await Promise.race([all, late]);
  timer.abort();
  return isEverythingIn;
}

/** Does not wait for `work` any longer once the signal is aborted. @throws what the signal was aborted with */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function released({ index, attempt }: Claim): TrialReportInput {
  return { index, attempt, outcome: 'RELEASED' };
}
