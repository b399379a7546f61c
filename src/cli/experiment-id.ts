import type { GladosClient } from '../client/client.js';
import { ExperimentDocument, ExperimentsDocument } from '../client/generated/graphql.js';
import type { ExperimentDetailsFragment } from '../client/generated/graphql.js';
import { Failure } from './failures.js';

/** The id meant by what was typed: `@latest` is the newest experiment. @throws Failure when there is none at all. */
export async function experimentId(client: GladosClient, given: string): Promise<string> {
  if (given !== '@latest') return given;
  const { experiments } = await client.request(ExperimentsDocument, { first: 1 });
  const newest = experiments.nodes[0];
  if (!newest) throw new Failure('There is no experiment yet.');
  return newest.id;
}

/** @throws Failure when there is no such experiment. */
export async function getExperiment(client: GladosClient, given: string): Promise<ExperimentDetailsFragment> {
  const id = await experimentId(client, given);
  const { experiment } = await client.request(ExperimentDocument, { id });
  if (!experiment) throw noSuchExperiment(given);
  return experiment;
}

export function noSuchExperiment(given: string): Failure {
  return new Failure(`There is no experiment ${given}. glados list names those there are.`);
}
