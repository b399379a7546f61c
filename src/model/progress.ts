import { endedTrials, isFinished } from './experiment.js';
import type { Experiment } from './experiment.js';

/** How far an experiment is, and how fast it goes. */
export interface Progress {
  /** Ended trials over all trials, 0 to 1. */
  readonly fraction: number;
  /** Absent until a trial has ended by itself. */
  readonly trialsPerMinute?: number;
  /** RFC 3339. From the pace so far; absent while unknown and once nothing more will run. */
  readonly estimatedFinishAt?: string;
}

type Running = Pick<Experiment, 'phase' | 'counts' | 'startedAt' | 'finishedAt'>;

const minuteMs = 60_000;
const lastDateMs = 8.64e15;

/**
 * The progress of an experiment at one moment.
 *
 * Cancelled trials have ended, but say nothing about the pace.
 *
 * @param now Milliseconds since the epoch; ignored once the experiment has finished.
 */
export function progressOf(experiment: Running, now: number): Progress {
  const { counts, startedAt, finishedAt } = experiment;
  const ended = endedTrials(counts);
  const fraction = counts.total === 0 ? 1 : ended / counts.total;
  if (startedAt === undefined) return { fraction };
  const until = finishedAt === undefined ? now : Date.parse(finishedAt);
  const elapsedMs = until - Date.parse(startedAt);
  const ran = ended - counts.cancelled;
  if (ran === 0 || elapsedMs <= 0) return { fraction };
  const trialsPerMinute = (ran / elapsedMs) * minuteMs;
  const finishMs = now + (counts.total - ended) * (elapsedMs / ran);
  if (
    isFinished(experiment) ||
    experiment.phase === 'CANCELLING' ||
    experiment.phase === 'PAUSED' ||
    finishMs > lastDateMs
  ) {
    return { fraction, trialsPerMinute };
  }
  return { fraction, trialsPerMinute, estimatedFinishAt: new Date(finishMs).toISOString() };
}
