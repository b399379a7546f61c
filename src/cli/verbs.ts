import type { GladosClient } from '../client/client.js';
import {
  ArchiveExperimentDocument,
  CancelExperimentDocument,
  DeleteExperimentDocument,
  PauseExperimentDocument,
  RetryTrialsDocument,
  ResumeExperimentDocument,
  UnarchiveExperimentDocument,
  UpdateExperimentDocument,
} from '../client/generated/graphql.js';
import type { ExperimentFieldsFragment, UserErrorFieldsFragment } from '../client/generated/graphql.js';
import { accepted } from '../client/refusal.js';
import { experimentId } from './experiment-id.js';
import { exitCodes } from './failures.js';
import type { Out } from './out.js';
import { grouped } from './words.js';

interface VerbNeeds {
  readonly client: GladosClient;
  readonly stdout: Out;
  readonly stderr: Out;
  readonly signal: AbortSignal;
}

interface Payload {
  readonly experiment: ExperimentFieldsFragment | null;
  readonly userErrors: readonly UserErrorFieldsFragment[];
}

/** What people call it by; what is left out stays. */
export interface Naming {
  readonly name?: string;
  readonly description?: string;
  readonly tags?: string[];
}

/** Verbs on one experiment: each says in a sentence what became of it, and prints its id. */
export function createVerbs({ client, stdout, stderr, signal }: VerbNeeds) {
  const verb =
    (
      ask: (input: { readonly id: string }) => Promise<Payload>,
      say: (experiment: ExperimentFieldsFragment) => string,
    ) =>
    async (given: string): Promise<number> => {
      const { experiment, userErrors } = await ask({ id: await experimentId(client, given) });
      const after = accepted(experiment, userErrors);
      stderr.write(`${say(after)}\n`);
      stdout.write(`${after.id}\n`);
      return exitCodes.done;
    };

  return {
    cancel: verb(
      async (input) => (await client.request(CancelExperimentDocument, { input }, signal)).cancelExperiment,
      ({ name, phase, counts }) =>
        `${name} is ${phase}. What has succeeded stays: ${grouped(counts.succeeded)} of ${grouped(counts.total)} trials.`,
    ),
    pause: verb(
      async (input) => (await client.request(PauseExperimentDocument, { input }, signal)).pauseExperiment,
      ({ name, phase, counts }) =>
        `${name} is ${phase}. ${grouped(counts.waiting + counts.running)} of ${grouped(counts.total)} trials wait until it is resumed.`,
    ),
    resume: verb(
      async (input) => (await client.request(ResumeExperimentDocument, { input }, signal)).resumeExperiment,
      ({ name, phase, counts }) =>
        `${name} is ${phase}. ${grouped(counts.waiting + counts.running)} of ${grouped(counts.total)} trials are left.`,
    ),
    retry: (given: string, indices: number[] | undefined) =>
      verb(
        async ({ id }) => {
          const input = { id, ...(indices ? { indices } : {}) };
          return (await client.request(RetryTrialsDocument, { input }, signal)).retryTrials;
        },
        ({ name, phase, counts: { waiting } }) =>
          `${name} is ${phase}: ${waiting === 1 ? '1 trial waits' : `${grouped(waiting)} trials wait`}.`,
      )(given),
    archive: verb(
      async (input) => (await client.request(ArchiveExperimentDocument, { input }, signal)).archiveExperiment,
      ({ name }) => `${name} is archived: glados list --archived shows it.`,
    ),
    unarchive: verb(
      async (input) => (await client.request(UnarchiveExperimentDocument, { input }, signal)).unarchiveExperiment,
      ({ name }) => `${name} is in the list again.`,
    ),
    async delete(given: string): Promise<number> {
      const input = { id: await experimentId(client, given) };
      const { deletedId, userErrors } = (await client.request(DeleteExperimentDocument, { input }, signal))
        .deleteExperiment;
      stdout.write(`${accepted(deletedId, userErrors)}\n`);
      return exitCodes.done;
    },
    update: (given: string, naming: Naming) =>
      verb(
        async ({ id }) =>
          (await client.request(UpdateExperimentDocument, { input: { id, ...naming } }, signal)).updateExperiment,
        ({ name, tags }) => `It is called ${name}${tags.length > 0 ? `, with the tags ${tags.join(', ')}` : ''}.`,
      )(given),
  };
}
