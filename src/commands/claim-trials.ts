import { configFile } from '../model/config-file.js';
import { DomainError } from '../model/errors.js';
import type { Experiment } from '../model/experiment.js';
import type { Assignment } from '../model/parameter.js';
import { assignmentAt, createSearchSpace } from '../model/search-space.js';
import type { CommandNeeds } from './needs.js';

export interface ClaimRequest {
  readonly podUid: string;
  /** 1 to 1000. */
  readonly limit: number;
  /** Indices that the pod holds: its other claims are given again. */
  readonly holding: readonly number[];
}

export interface ClaimedTrial {
  readonly index: number;
  readonly attempt: number;
  /** The configuration file. */
  readonly config: string;
  /** Every setting by itself. */
  readonly settings: Assignment;
}

export interface Claimed {
  readonly experiment: Experiment;
  readonly trials: readonly ClaimedTrial[];
}

/**
 * Gives trials to a pod, with everything it needs to run them.
 *
 * @throws DomainError CLAIM_REFUSED; ARGUMENT_INVALID
 */
export function claimTrials({ experiments, claims, now }: Pick<CommandNeeds, 'experiments' | 'claims' | 'now'>) {
  return async (experimentId: string, { podUid, limit, holding }: ClaimRequest): Promise<Claimed> => {
    if (limit < 1 || limit > 1000) {
      throw new DomainError({
        code: 'ARGUMENT_INVALID',
        message: 'A claim is for 1 to 1000 trials.',
        field: ['limit'],
      });
    }
    const experiment = await experiments.get(experimentId);
    if (!experiment) throw new DomainError({ code: 'CLAIM_REFUSED', message: 'The experiment is gone.' });
    const trials = await claims.claim(experimentId, {
      podId: podUid,
      limit,
      holding,
      now: new Date(now()).toISOString(),
    });
    const space = createSearchSpace(experiment.parameters, experiment.sampling);
    return {
      experiment,
      trials: trials.map(({ index, attempt }) => {
        const settings = assignmentAt(space, index);
        return { index, attempt, config: configFile(experiment, settings), settings };
      }),
    };
  };
}
