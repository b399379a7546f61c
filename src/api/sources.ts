import type { Preview } from '../commands/preview-experiment.js';
import type { Experiment } from '../model/experiment.js';
import type { Trial } from '../model/trial.js';
import { untouchedPhase } from '../model/transitions.js';

/** A trial and the experiment it belongs to: its assignment and configuration are computed from there. */
export interface TrialSource {
  readonly experiment: Experiment;
  readonly trial: Trial;
}

export type PreviewSource = Preview;

/** Which page of an experiment's results was asked for. */
export interface ResultTableSource {
  readonly experiment: Experiment;
  readonly first: number;
  /** Rows begin behind this index. */
  readonly after: number;
}

/** A trial that nobody has claimed: it is not stored, and stands where its experiment stands. */
export function untouched(experiment: Experiment, index: number): Trial {
  return {
    experimentId: experiment.id,
    index,
    attempt: 0,
    podLosses: 0,
    phase: untouchedPhase(experiment),
    result: [],
    version: 0,
  };
}
