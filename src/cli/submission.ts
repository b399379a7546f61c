import { randomUUID } from 'node:crypto';
import type { GladosClient } from '../client/client.js';
import { PreviewExperimentDocument, SubmitExperimentDocument } from '../client/generated/graphql.js';
import type {
  PreviewExperimentQuery,
  SubmitExperimentInput,
  SubmitExperimentMutation,
} from '../client/generated/graphql.js';
import { accepted, Refusal } from '../client/refusal.js';
import { uploadFile } from '../client/upload.js';
import { readExperimentFile } from './experiment-file.js';
import type { ExperimentFile } from './experiment-file.js';
import { FileRefusal } from './failures.js';
import type { Out } from './out.js';
import { packProgram } from './program-archive.js';

export interface SubmissionNeeds {
  readonly client: GladosClient;
  /** An experiment file, or a directory with an experiment.yml. */
  readonly path: string;
  /** Files that are not part of the program though they lie in its directory. */
  readonly except?: readonly string[];
  /** Hears warnings. */
  readonly stderr: Pick<Out, 'write'>;
  readonly signal?: AbortSignal;
}

type Submitted = NonNullable<SubmitExperimentMutation['submitExperiment']['experiment']>;

/**
 * Hands in an experiment: reads the file, uploads its program, submits.
 *
 * @throws ExperimentFileError, FileRefusal when the server refuses what the file
 * says, RequestError, TypeError when the server cannot be reached
 */
export async function submit(needs: SubmissionNeeds): Promise<{ experiment: Submitted; file: ExperimentFile }> {
  const { file, input } = await prepare(needs);
  const { submitExperiment } = await needs.client.request(
    SubmitExperimentDocument,
    { input: { ...input, idempotencyKey: randomUUID() } },
    needs.signal,
  );
  const experiment = placed(file, () => accepted(submitExperiment.experiment, submitExperiment.userErrors));
  tellWarnings(needs, file, submitExperiment.warnings);
  return { experiment, file };
}

/** What submitting would do, with the first `count` configurations. Uploads the program, changes nothing else. @throws as `submit`. */
export async function preview(
  needs: SubmissionNeeds,
  count: number,
): Promise<PreviewExperimentQuery['previewExperiment']> {
  const { file, input } = await prepare(needs);
  const { previewExperiment } = await needs.client.request(
    PreviewExperimentDocument,
    { input, first: count },
    needs.signal,
  );
  placed(file, () => accepted(previewExperiment, previewExperiment.userErrors));
  tellWarnings(needs, file, previewExperiment.warnings);
  return previewExperiment;
}

async function prepare({
  client,
  path,
  except = [],
  signal,
}: SubmissionNeeds): Promise<{ file: ExperimentFile; input: SubmitExperimentInput }> {
  const file = await readExperimentFile(path);
  const program = await packProgram(file.programPath, [file.path, ...except]);
  return { file, input: file.inputWith(await uploadFile(client, program, signal)) };
}

function placed<T>(file: ExperimentFile, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof Refusal ? new FileRefusal(error, file) : error;
  }
}

function tellWarnings(
  { stderr }: SubmissionNeeds,
  file: ExperimentFile,
  warnings: readonly { message: string; field: readonly string[] | null }[],
): void {
  for (const { message, field } of warnings)
    stderr.write(`Warning: ${field ? `${file.locate(field)}: ` : ''}${message}\n`);
}
