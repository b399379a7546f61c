import { configFile } from '../model/config-file.js';
import type { Experiment } from '../model/experiment.js';
import type { Assignment, SearchSpace } from '../model/parameter.js';
import { assignmentAt, createSearchSpace } from '../model/search-space.js';

const spaces = new WeakMap<Experiment['parameters'], SearchSpace>();

/** The search space of an experiment, made once for each copy of its parameters. */
function spaceOf({ parameters, sampling }: Pick<Experiment, 'parameters' | 'sampling'>): SearchSpace {
  const known = spaces.get(parameters);
  if (known) return known;
  const space = createSearchSpace(parameters, sampling);
  spaces.set(parameters, space);
  return space;
}

type Spec = Pick<Experiment, 'parameters' | 'sampling' | 'constants' | 'configFormat'>;

export function assignmentOf(experiment: Spec, index: number): Assignment {
  return assignmentAt(spaceOf(experiment), index);
}

/** The configuration file of one trial. */
export function configOf(experiment: Spec, index: number): string {
  return configFile(experiment, assignmentOf(experiment, index));
}
