import type { ClusterCode, Diagnosis } from '../diagnosis.js';
import type { KubernetesEvent } from '../event.js';
import type { Condition, Job } from '../job.js';
import type { Pod } from '../pod.js';
import { aggregate } from './aggregate.js';
import { doneAmong, indexesIn, isCaught } from './attempts.js';
import { restarted } from './ending.js';
import type { Finding } from './finding.js';
import { podFinding } from './pod-causes.js';
import { condition, newest, quoted } from './scene.js';
import type { Scene } from './scene.js';

/** Summaries: the pods know the cause. */
const summaries: ReadonlySet<string> = new Set([
  'BackoffLimitExceeded',
  'FailedIndexes',
  'MaxFailedIndexesExceeded',
  'PodFailurePolicy',
]);

/** A Job that has failed, or whose failure is decided while its pods still end. */
export function failedJob(job: Job, scenes: readonly Scene[]): Diagnosis | undefined {
  const failed = condition(job, 'Failed') ?? condition(job, 'FailureTarget');
  if (!failed) return undefined;
  if (failed.reason === 'DeadlineExceeded') return deadline(job, failed);
  if (summaries.has(failed.reason ?? '')) return fromAttempts(job, failed, scenes);
  return {
    code: 'UNKNOWN',
    message: `The Job failed: ${quoted(failed.message ?? failed.reason) || 'Kubernetes gives no reason'}.`,
    hint: `Look at the Job (kubectl describe job ${job.name}).`,
    ...proof(job, failed),
  };
}

/** A Job that is gone and had failed before: its last Event is all that is left. */
export function failedBefore(jobEvents: readonly KubernetesEvent[]): Diagnosis | undefined {
  const last = newest(jobEvents, 'DeadlineExceeded', ...summaries);
  if (!last) return undefined;
  return {
    code: last.reason === 'DeadlineExceeded' ? 'DEADLINE_EXCEEDED' : 'BACKOFF_EXHAUSTED',
    message: `The Job failed, and is gone since: ${quoted(last.message)}.`,
    hint: 'Start it again; keep it longer (ttlSecondsAfterFinished) to see why it failed.',
    evidence: [`Event ${last.reason} of Job ${last.about.name}: ${quoted(last.message)}`],
    ...(last.lastAt !== undefined && { since: last.lastAt }),
  };
}

function deadline(job: Job, failed: Condition): Diagnosis {
  const limit = job.activeDeadlineSeconds;
  return {
    code: 'DEADLINE_EXCEEDED',
    message: `The Job was ended: it ran longer than ${limit === undefined ? 'it may' : `its limit of ${limit} s`}.`,
    hint: 'Raise activeDeadlineSeconds, or make the trials shorter.',
    ...proof(job, failed),
  };
}

/**
 * The cause of the attempts when it is one and the same and no ordinary exit;
 * one ordinary exit is told as such; the rest is what the Job says itself.
 */
function fromAttempts(job: Job, failed: Condition, scenes: readonly Scene[]): Diagnosis {
  const lost = indexesIn(job.failedIndexes);
  const isDone = doneAmong(scenes);
  const found = scenes.flatMap((scene) => {
    const { pod } = scene;
    const isElsewhere = lost.size > 0 && pod.completionIndex !== undefined && !lost.has(pod.completionIndex);
    if (isElsewhere || isDone(pod)) return [];
    const finding = podFinding(scene);
    const failure = finding && isAttempt(scene, finding) ? finding : restarted(scene);
    return failure ? [{ finding: failure, pod }] : [];
  });
  const findings = found.map(({ finding }) => finding);
  const deciding = (job.exitRules ?? []).filter(({ action }) => action === 'FailJob' || action === 'FailIndex');
  const ruled = found.filter(({ pod }) => isCaught(pod, deciding)).map(({ finding }) => finding);
  const isByPolicy = failed.reason === 'PodFailurePolicy';
  const told = ruled.length > 0 ? ruled : isByPolicy ? findings : sameCause(job, found);
  const summary = aggregate(told, scenes.length);
  if (!summary) return isByPolicy ? byPolicy(job, failed) : exhausted(job, failed, found);
  return { ...summary, evidence: [...summary.evidence, ...proof(job, failed).evidence] };
}

/** Pods that the failing Job itself stops are no attempts that failed. */
function isAttempt({ pod }: Scene, { course }: Finding): boolean {
  return (
    course === 'failed' || course === 'fails' || (course === 'ends' && condition(pod, 'DisruptionTarget') !== undefined)
  );
}

function sameCause(job: Job, found: readonly { finding: Finding; pod: Pod }[]): readonly Finding[] {
  const findings = found.map(({ finding }) => finding);
  const codes = new Set<ClusterCode>(findings.map(({ code }) => code));
  if (codes.size !== 1) return [];
  const isOrdinary = codes.has('PROGRAM_EXIT') || codes.has('CRASH_LOOP') || codes.has('UNKNOWN');
  const attempts = found.reduce((sum, { pod }) => sum + 1 + pod.restarts, 0);
  const isOneAttempt = attempts === 1 && job.failed <= 1;
  return !isOrdinary || isOneAttempt || (job.backoffLimit === 0 && attempts === found.length) ? findings : [];
}

function exhausted(job: Job, failed: Condition, found: readonly { finding: Finding; pod: Pod }[]): Diagnosis {
  const attempts = Math.max(
    job.failed,
    found.length,
    1,
    found.reduce((sum, { pod }) => sum + 1 + pod.restarts, 0),
  );
  const findings = found.map(({ finding }) => finding);
  const causes = [...new Set(findings.map(({ cause }) => cause))];
  const last = findings.at(-1);
  const words =
    failed.reason === 'BackoffLimitExceeded'
      ? `after ${attempts} failed attempt${attempts === 1 ? '' : 's'}`
      : `because of its failed indexes (${attempts} failed attempt${attempts === 1 ? '' : 's'})`;
  const said = causes.length === 0 ? '' : `: ${causes.slice(0, 3).join('; ')}`;
  return {
    code: 'BACKOFF_EXHAUSTED',
    message: `The Job gave up ${words}${said}.`,
    hint: last?.hint ?? 'No pod of it is left to ask: look at the logs that were kept, and start it again.',
    evidence: [...proof(job, failed).evidence, ...(last === undefined ? [] : [last.evidence])],
    ...(failed.at !== undefined && { since: failed.at }),
  };
}

/** The condition's message holds the exit code, or the disruption, when no pod is left. */
function byPolicy(job: Job, failed: Condition): Diagnosis {
  const said = failed.message ?? '';
  const [, code] = /exit code (\d+)/.exec(said) ?? [];
  const hint = 'Look at the logs that were kept; podFailurePolicy names what ends the Job.';
  if (code !== undefined) {
    const message = `The program ended with exit code ${code}, for which the Job's podFailurePolicy gives up at once.`;
    return { code: 'PROGRAM_EXIT', message, hint, ...proof(job, failed) };
  }
  const isDisruption = said.includes('DisruptionTarget');
  return {
    code: isDisruption ? 'EVICTED' : 'BACKOFF_EXHAUSTED',
    message: isDisruption
      ? "A pod was sent away, for which the Job's podFailurePolicy gives up at once."
      : `The Job's podFailurePolicy ended it: ${quoted(said) || 'Kubernetes gives no reason'}.`,
    hint,
    ...proof(job, failed),
  };
}

function proof({ name }: Job, { type, reason, message, at }: Condition): Pick<Diagnosis, 'evidence' | 'since'> {
  const said = message === undefined ? '' : `: ${quoted(message)}`;
  return {
    evidence: [`Job ${name}: condition ${type} is True, reason ${reason ?? 'none'}${said}`],
    ...(at !== undefined && { since: at }),
  };
}
