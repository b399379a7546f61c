import type { Experiment } from '../../model/experiment.js';
import type { Objective } from '../../model/objective.js';
import type { Context } from '../context.js';
import { badInput } from '../refusals.js';
import { sharedSet } from '../set-messages.js';
import { largestBoard } from './board.js';
import { openBoardStream } from './board-stream.js';

/** Of which experiment a stream of boards is, and by what it is ranked: neither changes. */
export interface Subject {
  readonly experiment: Experiment;
  readonly objective: Objective;
}

interface LeaderboardArguments {
  readonly experimentId: string;
  readonly top?: number | null | undefined;
  readonly maxRate?: number | null | undefined;
}

const usualTop = 10;

/**
 * The leaderboard of one experiment.
 *
 * @throws GraphQLError NOT_FOUND; BAD_USER_INPUT for an experiment without objective, a `top` or `maxRate` that is none
 */
export async function openLeaderboard({ experimentId, top, maxRate }: LeaderboardArguments, context: Context) {
  const { live } = context;
  const length = top ?? usualTop;
  if (length < 1 || length > largestBoard) throw badInput(`top is 1 to ${largestBoard}; ${length} was asked for.`);
  const experiment = await live.experiment(experimentId);
  const { objective } = experiment;
  if (!objective) {
    throw badInput(
      `The experiment "${experimentId}" has no objective, so its trials are not ranked. Submit it with one to have a leaderboard.`,
    );
  }
  const subject: Subject = { experiment, objective };
  const open = async () => openBoardStream({ view: await live.trialsOf(experimentId), subject, top: length });
  return sharedSet(context, { maxRate }, open, { isWhole: true });
}
