import type { Experiment, Tree, Trial } from '../client/tree-store.js';
import { clean } from './text.js';
import { countWords, duration, endedPhases, endedTrialPhases, grouped, namedValues, outcomeOf } from './words.js';

/** So many trials that had ended before are named one by one; of more only the number is told. */
const namedAtMost = 200;

/**
 * Tells what changed in a tree since it was last asked, one line each: phases,
 * pod statuses, trials that ended, stale facts. Nothing is told twice. That the
 * experiment has ended comes last, with `isOver`.
 */
export function createLiveLines(): (tree: Tree, isOver: boolean) => string[] {
  const told = new Map<string, string>();

  function changed(key: string, state: string): boolean {
    if (told.get(key) === state) return false;
    told.set(key, state);
    return true;
  }

  return (tree, isOver) => {
    const lines: string[] = [];
    const { experiment, freshness } = tree;
    const hasEnded = experiment !== undefined && endedPhases.has(experiment.phase);
    if (experiment && !hasEnded && changed(experiment.id, stateOf(experiment))) lines.push(experimentLine(experiment));
    for (const pod of tree.pods.values()) {
      if (changed(pod.id, pod.status)) lines.push(`pod ${pod.name}: ${pod.status}`);
    }
    const ended: Trial[] = [];
    for (const trial of tree.trials.values()) {
      if (endedTrialPhases.has(trial.phase) && changed(trial.id, `${trial.phase} ${trial.attempt}`)) ended.push(trial);
    }
    if (ended.length > namedAtMost) lines.push(`${grouped(ended.length)} trials ended`);
    else
      lines.push(
        ...ended.sort((one, other) => (one.finishedAt ?? '').localeCompare(other.finishedAt ?? '')).map(trialLine),
      );
    if (freshness && changed('', freshness.staleSince ?? '') && freshness.staleSince) {
      lines.push(
        `! Facts are stale since ${freshness.staleSince}: ${freshness.reason ?? 'their source cannot be reached'}.`,
      );
    }
    if (hasEnded && isOver && changed(experiment.id, stateOf(experiment))) lines.push(experimentLine(experiment));
    return lines.map(clean);
  };
}

/** A new reason to wait is news, another figure in it is not. */
function stateOf({ phase, diagnosis }: Experiment): string {
  return `${phase} ${diagnosis?.code ?? ''}`;
}

function experimentLine({ name, phase, counts, diagnosis }: Experiment): string {
  const trials = countWords(counts).map(({ text }) => text);
  return `experiment ${name}: ${phase} (${trials.join(', ') || 'no trials'})${diagnosis ? ` ${diagnosis.message}` : ''}`;
}

function trialLine(trial: Trial): string {
  const seconds = trial.durationSeconds === null ? '' : ` (${duration(trial.durationSeconds)})`;
  return `trial ${trial.index}: ${trial.phase} ${namedValues(trial.assignment)} → ${outcomeOf(trial)}${seconds}`;
}
