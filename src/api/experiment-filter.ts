import type { ExperimentFilter as Filter } from '../store/experiments.js';
import type { ExperimentFilter as FilterInput } from './generated/resolvers.js';

/** The schema's filter, where null and absent mean the same, as the store's; but archived ones are left out unless they are asked for. */
export function experimentFilter(input: FilterInput | null | undefined): Filter {
  return {
    ...(input?.phases ? { phases: input.phases } : {}),
    ...(input?.tags ? { tags: input.tags } : {}),
    ...(input?.search ? { search: input.search } : {}),
    ...(input?.archived === null ? {} : { archived: input?.archived ?? false }),
  };
}
