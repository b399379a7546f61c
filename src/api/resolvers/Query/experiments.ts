import type { Experiment } from '../../../model/experiment.js';
import type { ExperimentCursor } from '../../../store/experiments.js';
import { experimentFilter } from '../../experiment-filter.js';
import type { QueryResolvers } from '../../generated/resolvers.js';
import { connection, pageRequest } from '../../paging.js';

export const experiments: NonNullable<QueryResolvers['experiments']> = async (_parent, args, { store }) => {
  const field = args.orderBy?.field === 'NAME' ? 'name' : 'createdAt';
  const direction = args.orderBy?.direction === 'ASC' ? 1 : -1;
  const request = pageRequest(args, readPlace);
  const page = await store.experiments.page(experimentFilter(args.filter), { field, direction }, request);
  return connection(
    page,
    (node: Experiment) => [node[field], node.id],
    (node) => node,
  );
};

function readPlace(place: unknown): ExperimentCursor | undefined {
  const isPlace = Array.isArray(place) && place.length === 2 && place.every((part) => typeof part === 'string');
  return isPlace ? [place[0] as string, place[1] as string] : undefined;
}
