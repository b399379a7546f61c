import type { Experiment } from '../model/experiment.js';
import { trialId } from '../model/trial.js';
import type { Trial } from '../model/trial.js';
import type { SetMessage } from '../stream/set-message.js';
import type { Context } from './context.js';
import { SharedSource } from './hub/shared-source.js';
import type { SharedSourceNeeds } from './hub/shared-source.js';
import type { Open } from './live.js';
import { badInput } from './refusals.js';
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

/** Arguments that every set subscription has. */
export interface SetArguments {
  readonly after?: string | null | undefined;
  readonly maxRate?: number | null | undefined;
}

const fastest = 1_000;

/** @throws GraphQLError BAD_USER_INPUT for a `maxRate` that is none */
export function checkRate(maxRate: number | null | undefined): void {
  if (maxRate == null || (maxRate > 0 && maxRate <= fastest)) return;
  throw badInput(`maxRate is more than 0 and at most ${fastest} messages a second; ${maxRate} was asked for.`);
}

/**
 * A set subscription, as its `subscribe` gives it. Answers depend on the viewer
 * and, for the addresses in them, on where the API was reached; nothing else
 * of the context may change what a resolver under it says.
 *
 * @throws GraphQLError BAD_USER_INPUT for a `maxRate` that is none
 */
export function sharedSet<S>(
  { viewer, baseUrl }: Context,
  { after, maxRate }: SetArguments,
  open: Open<S>,
  { isWhole }: Pick<SharedSourceNeeds, 'isWhole'> = {},
) {
  checkRate(maxRate);
  return new SharedSource({
    viewerScope: JSON.stringify([viewer, baseUrl]),
    after: after ?? undefined,
    maxRate: maxRate ?? undefined,
    open,
    idOf,
    sourceOf,
    isWhole,
  });
}

/** As `gone` names it. @param object Of a set stream: one with an id, or a trial. */
function idOf(object: unknown): string {
  const named = object as { readonly id: string } | Trial;
  return 'id' in named ? named.id : trialId(named.experimentId, named.index);
}

function sourceOf(field: string): string {
  return field === 'experiment' ? 'experiments' : field;
}
