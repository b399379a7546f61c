import type { Experiment } from '../model/experiment.js';
import type { Trial } from '../model/trial.js';
import type { SetMessage } from '../stream/set-stream.js';
import type { Context } from './context.js';
import type { TrialSource } from './sources.js';

/** A message of a set stream, as its resolver gets it. */
export type Message<S> = SetMessage<S>;

/** The part of a message that every set stream has. */
export function envelope<S>({ reset, synced, cursor, freshness, gone }: Message<S>) {
  return { reset, synced, cursor, freshness, gone: [...gone] };
}

/** Trials with their experiment, which their assignments are computed from. */
export async function withExperiment(
  trials: readonly Trial[],
  experimentId: string,
  { live, store }: Context,
): Promise<TrialSource[]> {
  if (trials.length === 0) return [];
  const experiment: Experiment | undefined =
    live.experiments.get(experimentId) ?? (await store.experiments.get(experimentId));
  return experiment ? trials.map((trial) => ({ experiment, trial })) : [];
}
