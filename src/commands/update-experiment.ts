import { checkDescription, checkName, checkTags } from '../model/check-text.js';
import { DomainError, type Problem } from '../model/errors.js';
import type { Experiment } from '../model/experiment.js';
import type { Note } from '../model/note.js';
import { renamed, type Naming } from '../model/verbs.js';
import type { CommandNeeds } from './needs.js';

/** What is null or absent stays as it is. */
export interface NamingInput {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
}

/**
 * Changes what people call an experiment by, whatever its phase.
 *
 * @throws DomainError EXPERIMENT_NOT_FOUND, NAME_INVALID, TAGS_INVALID, ARGUMENT_INVALID
 */
export function updateExperiment({ claims }: Pick<CommandNeeds, 'claims'>) {
  return async (id: string, input: NamingInput): Promise<Experiment> => {
    const naming = checked(input);
    return claims.change(id, (experiment) => renamed(experiment, naming));
  };
}

function checked({ name, description, tags }: NamingInput): Naming {
  const problems: Problem[] = [];
  const note: Note = (code, message, field) => problems.push({ code, message, field });
  const naming = {
    ...(name == null ? {} : { name: checkName(name, note) }),
    ...(description == null ? {} : { description: checkDescription(description, note) }),
    ...(tags == null ? {} : { tags: checkTags(tags, note) }),
  };
  const [first, ...rest] = problems;
  if (first) throw new DomainError(first, ...rest);
  return naming;
}
