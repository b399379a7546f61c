import type { Experiment, Job, Pod, Tree, Trial } from '../client/tree-store.js';
import type { Line } from './span.js';
import { span } from './span.js';
import {
  clock,
  countWords,
  duration,
  endedPhases,
  endedTrialPhases,
  grouped,
  markOf,
  namedValues,
  outcomeOf,
  styleOf,
} from './words.js';

/** What one picture of the live view is made of. */
export interface FrameNeeds {
  readonly tree: Tree;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Why nothing arrives at the moment, while that is so. */
  readonly interrupted?: string | undefined;
  readonly rows: number;
}

const lastEndedAtMost = 6;
const barWidth = 30;

/**
 * The tree of an experiment as lines, at most `rows` of them: the experiment,
 * its Jobs, their pods with what they run, the trials that ended last.
 *
 * When there is not room for all pods, those that have ended are left out first.
 */
export function frame({ tree, now, interrupted, rows }: FrameNeeds): Line[] {
  const { experiment } = tree;
  if (!experiment) return [[span(interrupted ? `Waiting: ${interrupted}.` : 'Waiting for the experiment …', 'dim')]];
  const head = [...headLines(experiment, now), ...[...tree.jobs.values()].map(jobLine)];
  const warnings = warningLines(tree, now, interrupted);
  const room = Math.max(0, rows - head.length - warnings.length);
  const ended = lastEnded(tree.trials.values());
  const branches = podLines(tree, now);
  const wanted = ended.length === 0 ? 0 : ended.length + 1;
  const forEnded = Math.min(wanted, Math.max(Math.floor(room / 2), room - branches.length));
  const pods = shortened(branches, room - forEnded);
  const endedLines =
    forEnded < 2 ? [] : [[span('   Last ended', 'dim')], ...ended.slice(0, forEnded - 1).map(endedLine)];
  return [...head, ...pods, ...endedLines, ...warnings].slice(0, Math.max(1, rows));
}

function headLines(experiment: Experiment, now: number): Line[] {
  const { counts, progress, phase, diagnosis } = experiment;
  const started = experiment.startedAt ?? experiment.createdAt;
  const until = experiment.finishedAt === null ? now : Date.parse(experiment.finishedAt);
  const fraction = Math.min(1, Math.max(0, progress.fraction));
  const filled = Math.floor(fraction * barWidth);
  const ended = counts.total - counts.waiting - counts.running;
  const eta =
    progress.estimatedFinishAt === null || endedPhases.has(phase)
      ? ''
      : `  ETA ${clock((Date.parse(progress.estimatedFinishAt) - now) / 1000)}`;
  const pace = progress.trialsPerMinute === null ? '' : `  ${grouped(Math.round(progress.trialsPerMinute))}/min`;
  const lines: Line[] = [
    [
      span(experiment.name, 'bold'),
      span('  '),
      span(phase, styleOf(phase)),
      span(`  ${clock((until - Date.parse(started)) / 1000)}  ${experiment.id}`, 'dim'),
    ],
    [
      span('█'.repeat(filled), styleOf(phase)),
      span('░'.repeat(barWidth - filled), 'dim'),
      span(` ${Math.floor(fraction * 100)}%  ${grouped(ended)}/${grouped(counts.total)}`),
      span(`${eta}${pace}`, 'dim'),
      ...countWords(counts).flatMap(({ text, phase: which }) => [
        span('  '),
        span(`${markOf(which).mark} ${text}`, markOf(which).style),
      ]),
    ],
  ];
  if (diagnosis) lines.push([span(`! ${diagnosis.message}${diagnosis.hint ? ` ${diagnosis.hint}` : ''}`, 'yellow')]);
  return lines;
}

function jobLine(job: Job): Line {
  const ended = job.conditions.find(
    ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
  );
  const state = ended ? `  ${ended.type}` : job.suspended ? '  Suspended' : '';
  return [
    span('└─ ', 'dim'),
    span('Job '),
    span(job.name, 'bold'),
    span(`  active ${job.active}  succeeded ${job.succeeded}  failed ${job.failed}${state}`),
  ];
}

function podHasEnded(pod: Pod): boolean {
  return pod.phase === 'SUCCEEDED' || pod.phase === 'FAILED';
}

/** One entry per line: pods, those that live first, each followed by the trials it runs. */
function podLines(tree: Tree, now: number): Line[] {
  const running = new Map<string, Trial[]>();
  for (const trial of tree.trials.values()) {
    if (trial.phase !== 'RUNNING') continue;
    const key = trial.podId !== null && tree.pods.has(trial.podId) ? trial.podId : '';
    running.set(key, [...(running.get(key) ?? []), trial]);
  }
  const pods = [...tree.pods.values()].sort(
    (one, other) =>
      Number(podHasEnded(one)) - Number(podHasEnded(other)) ||
      (one.completionIndex ?? 0) - (other.completionIndex ?? 0) ||
      one.name.localeCompare(other.name),
  );
  const trialsOf = (id: string): Line[] =>
    (running.get(id) ?? []).sort((one, other) => one.index - other.index).map((trial) => runningLine(trial, now));
  return [...pods.flatMap((pod) => [podLine(pod), ...trialsOf(pod.id)]), ...trialsOf('')];
}

function podLine(pod: Pod): Line {
  const bad = pod.phase === 'FAILED' || /Err|BackOff|OOM|Evicted|Invalid/.test(pod.status);
  const style = bad ? 'red' : pod.status === 'Running' ? 'green' : 'dim';
  const restarts = pod.restarts > 0 ? `  ${pod.restarts} restarts` : '';
  const place = pod.nodeName === null ? '' : `  ${pod.nodeName}`;
  return [
    span('   ├─ ', 'dim'),
    span('Pod '),
    span(pod.name),
    span('  '),
    span(pod.status, style),
    span(`${restarts}${place}`, 'dim'),
    ...(pod.diagnosis ? [span(`  ${pod.diagnosis.message}`, 'yellow')] : []),
  ];
}

function runningLine(trial: Trial, now: number): Line {
  const { mark, style } = markOf(trial.phase);
  const since = trial.startedAt === null ? '' : `  ${clock((now - Date.parse(trial.startedAt)) / 1000)}`;
  const attempt = trial.attempt > 1 ? `  attempt ${trial.attempt}` : '';
  return [
    span('   │  ', 'dim'),
    span(`${mark} #${trial.index}`, style),
    span(`  ${namedValues(trial.assignment)}`),
    span(`${attempt}${since}`, 'dim'),
  ];
}

function endedLine(trial: Trial): Line {
  const { mark, style } = markOf(trial.phase);
  const outcome = outcomeOf(trial);
  return [
    span(`   ${mark} #${trial.index}`, style),
    span(`  ${namedValues(trial.assignment)}${outcome === '' ? '' : ' → '}`),
    span(outcome, trial.phase === 'SUCCEEDED' ? 'bold' : style),
    span(trial.durationSeconds === null ? '' : `  ${duration(trial.durationSeconds)}`, 'dim'),
  ];
}

function endedBefore(one: Trial, other: Trial): boolean {
  const [at, otherAt] = [one.finishedAt ?? '', other.finishedAt ?? ''];
  return at === otherAt ? one.index < other.index : at < otherAt;
}

/** The trials that ended last, newest first; one pass, because there may be very many. */
function lastEnded(trials: Iterable<Trial>): Trial[] {
  const last: Trial[] = [];
  for (const trial of trials) {
    if (!endedTrialPhases.has(trial.phase)) continue;
    const oldest = last.at(-1);
    if (oldest && last.length === lastEndedAtMost && endedBefore(trial, oldest)) continue;
    const place = last.findIndex((other) => endedBefore(other, trial));
    last.splice(place < 0 ? last.length : place, 0, trial);
    if (last.length > lastEndedAtMost) last.pop();
  }
  return last;
}

function shortened(lines: readonly Line[], room: number): Line[] {
  if (lines.length <= room) return [...lines];
  if (room < 1) return [];
  return [...lines.slice(0, room - 1), [span(`   … ${lines.length - room + 1} more lines`, 'dim')]];
}

function warningLines({ freshness }: Tree, now: number, interrupted: string | undefined): Line[] {
  const lines: Line[] = [];
  if (interrupted) lines.push([span(`! No connection: ${interrupted}. Trying again …`, 'yellow')]);
  if (freshness?.staleSince) {
    const age = clock((now - Date.parse(freshness.staleSince)) / 1000);
    lines.push([
      span(`! These facts are ${age} old: ${freshness.reason ?? 'their source cannot be reached'}.`, 'yellow'),
    ]);
  }
  return lines;
}
