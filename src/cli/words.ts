import type {
  ExperimentFieldsFragment,
  ExperimentPhase,
  TrialFieldsFragment,
  TrialPhase,
} from '../client/generated/graphql.js';
import type { Style } from './span.js';

type Trial = Pick<TrialFieldsFragment, 'phase' | 'assignment' | 'result' | 'exitCode' | 'signal' | 'diagnosis'>;

/** Phases that an experiment leaves no more. */
export const endedPhases: ReadonlySet<ExperimentPhase> = new Set<ExperimentPhase>(['SUCCEEDED', 'FAILED', 'CANCELLED']);
export const endedTrialPhases: ReadonlySet<TrialPhase> = new Set<TrialPhase>([
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'CANCELLED',
]);

const marks: Readonly<Record<TrialPhase, readonly [string, Style]>> = {
  WAITING: ['○', 'dim'],
  RUNNING: ['●', 'cyan'],
  SUCCEEDED: ['✓', 'green'],
  FAILED: ['✗', 'red'],
  TIMED_OUT: ['✗', 'red'],
  CANCELLED: ['-', 'yellow'],
};

export function markOf(phase: TrialPhase): { mark: string; style: Style } {
  const [mark, style] = marks[phase];
  return { mark, style };
}

export function styleOf(phase: ExperimentPhase): Style {
  if (phase === 'SUCCEEDED') return 'green';
  if (phase === 'FAILED') return 'red';
  return phase === 'RUNNING' ? 'cyan' : 'yellow';
}

/** Given x=1 and y=2 returns 'x=1 y=2'. */
export function namedValues(values: readonly { readonly name: string; readonly value: string }[]): string {
  return values.map(({ name, value }) => `${name}=${value}`).join(' ');
}

/** What came of a trial, in one line: its result, or why there is none. */
export function outcomeOf(trial: Trial): string {
  switch (trial.phase) {
    case 'SUCCEEDED':
      return namedValues(trial.result);
    case 'CANCELLED':
      return 'cancelled';
    case 'FAILED':
    case 'TIMED_OUT':
      return (
        trial.diagnosis?.message ??
        (trial.signal ? `signal ${trial.signal}` : `exit code ${trial.exitCode ?? 'unknown'}`)
      );
    default:
      return '';
  }
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** Given 3725 returns '1:02:05'; given 65 returns '1:05'; never negative. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Given 0.0421 returns '42 ms'; given 1.26 returns '1.3 s'; from a minute on as `clock`. */
export function duration(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  return seconds < 59.95 ? `${seconds.toFixed(1)} s` : clock(seconds);
}

/** Digits in groups: 1234567 is 1,234,567. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** How many trials are in which phase; what is zero is left out. */
export function countWords(counts: ExperimentFieldsFragment['counts']): { text: string; phase: TrialPhase }[] {
  const words: readonly (readonly [number, string, TrialPhase])[] = [
    [counts.succeeded, 'succeeded', 'SUCCEEDED'],
    [counts.failed, 'failed', 'FAILED'],
    [counts.timedOut, 'timed out', 'TIMED_OUT'],
    [counts.cancelled, 'cancelled', 'CANCELLED'],
    [counts.running, 'running', 'RUNNING'],
    [counts.waiting, 'waiting', 'WAITING'],
  ];
  return words
    .filter(([count]) => count > 0)
    .map(([count, word, phase]) => ({ text: `${grouped(count)} ${word}`, phase }));
}
