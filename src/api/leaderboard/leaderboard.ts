import type { GraphQLResolveInfo } from 'graphql';
import { Kind } from 'graphql';
import type { Experiment } from '../../model/experiment.js';
import type { Objective } from '../../model/objective.js';
import { selectionOf } from '../hub/selection.js';
import type { Live } from '../live.js';
import { badInput } from '../refusals.js';
import { checkRate } from '../set-messages.js';
import { largestBoard } from './board.js';
import { openBoardStream, type BoardStreamNeeds } from './board-stream.js';

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
 * The leaderboard of one experiment, for one subscriber.
 *
 * @throws GraphQLError NOT_FOUND; BAD_USER_INPUT for an experiment without objective, a `top` or `maxRate` that is none
 */
export async function openLeaderboard(
  live: Live,
  { experimentId, top, maxRate }: LeaderboardArguments,
  info: GraphQLResolveInfo,
) {
  checkRate(maxRate);
  const length = top ?? usualTop;
  if (length < 1 || length > largestBoard) throw badInput(`top is 1 to ${largestBoard}; ${length} was asked for.`);
  const experiment = await live.experiment(experimentId);
  const { objective } = experiment;
  if (!objective) {
    throw badInput(
      `The experiment "${experimentId}" has no objective, so its trials are not ranked. Submit it with one to have a leaderboard.`,
    );
  }
  return openBoardStream({
    view: await live.trialsOf(experimentId),
    subject: { experiment, objective },
    top: length,
    maxRate: maxRate ?? undefined,
    tells: selected(info),
  });
}

/** What of a message this subscription can see change. */
function selected({ operation, fragments }: GraphQLResolveInfo): NonNullable<BoardStreamNeeds<Subject>['tells']> {
  const definitions = [operation, ...Object.values(fragments)];
  const selection = selectionOf({ kind: Kind.DOCUMENT, definitions }, operation.name?.value);
  const fields = new Set(selection?.fields.values());
  return { trials: fields.has('trials'), freshness: fields.has('freshness') };
}
