import { join, relative, resolve } from 'node:path';
import type { GladosClient } from '../client/client.js';
import { TrialsDocument } from '../client/generated/graphql.js';
import type { ExperimentFieldsFragment } from '../client/generated/graphql.js';
import { exitCodes } from './failures.js';
import { followExperiment } from './live-view.js';
import type { Out } from './out.js';
import { saveDownload } from './download.js';
import { submit } from './submission.js';
import { tableLines } from './table.js';
import { cut } from './text.js';
import { countWords, grouped, namedValues, outcomeOf } from './words.js';

export interface RunNeeds {
  readonly client: GladosClient;
  /** An experiment file, or a directory with an experiment.yml. */
  readonly path: string;
  /** Where results go; results.csv beside the experiment file when left out. */
  readonly outputPath?: string;
  /** Gets the path of the results. */
  readonly stdout: Pick<Out, 'write'>;
  /** Gets progress and what went wrong. */
  readonly stderr: Out;
  readonly color: boolean;
  /** Aborting stops following; the experiment goes on. */
  readonly signal?: AbortSignal;
}

const failuresShown = 20;

/**
 * Submits an experiment, shows it live until it has ended, saves results.csv.
 *
 * @returns the exit code: 0 when every trial succeeded, 1 when not, 130 when `signal` was aborted first.
 * @throws as `submit` and `followExperiment`
 */
export async function runExperiment(needs: RunNeeds): Promise<number> {
  const { client, path, stdout, stderr, color, signal } = needs;
  const given = needs.outputPath === undefined ? undefined : resolve(needs.outputPath);
  const { experiment, file } = await submit({
    client,
    path,
    except: given === undefined ? [] : [given],
    stderr,
    ...(signal ? { signal } : {}),
  });
  const { id, name, counts } = experiment;
  stderr.write(`Submitted ${name} as ${id}: ${grouped(counts.total)} trials.\n`);
  const ended = await followExperiment({ client, id, out: stderr, color, ...(signal ? { signal } : {}) });
  if (!ended || signal?.aborted) return leftAlone(id, stderr);
  const outputPath = given ?? join(file.directory, 'results.csv');
  await saveDownload(client, ended.downloads.resultsCsv, outputPath, signal);
  await tellEnd({ client, ended, stderr });
  stdout.write(`${relative(process.cwd(), outputPath) || outputPath}\n`);
  return ended.phase === 'SUCCEEDED' ? exitCodes.done : exitCodes.failed;
}

/** Follows an experiment that is there. @returns the exit code, as `runExperiment`. */
export async function watchExperiment(
  needs: Omit<RunNeeds, 'path' | 'outputPath' | 'stdout'> & { readonly id: string },
): Promise<number> {
  const { client, id, stderr, color, signal } = needs;
  const ended = await followExperiment({ client, id, out: stderr, color, ...(signal ? { signal } : {}) });
  if (!ended || signal?.aborted) return leftAlone(id, stderr);
  await tellEnd({ client, ended, stderr });
  return ended.phase === 'SUCCEEDED' ? exitCodes.done : exitCodes.failed;
}

function leftAlone(id: string, stderr: Pick<Out, 'write'>): number {
  stderr.write(`It goes on without you: glados watch ${id} shows it again, glados cancel ${id} stops it.\n`);
  return exitCodes.interrupted;
}

/** Tells how it ended: the counts, and what failed and why as a table. */
async function tellEnd({
  client,
  ended,
  stderr,
}: {
  client: GladosClient;
  ended: ExperimentFieldsFragment;
  stderr: Out;
}): Promise<void> {
  const { id, name, phase, counts, diagnosis } = ended;
  const words = countWords(counts).map(({ text }) => text);
  stderr.write(`${name} ${phase}: ${words.join(', ')} of ${grouped(counts.total)} trials.\n`);
  if (diagnosis) stderr.write(`${diagnosis.message}${diagnosis.hint ? ` ${diagnosis.hint}` : ''}\n`);
  if (counts.failed + counts.timedOut === 0) return;
  const { experiment } = await client.request(TrialsDocument, {
    id,
    first: failuresShown,
    phases: ['FAILED', 'TIMED_OUT'],
  });
  const trials = experiment?.trials.nodes ?? [];
  const rows = trials.map((trial) => [
    String(trial.index),
    trial.phase,
    namedValues(trial.assignment),
    outcomeOf(trial),
    trial.diagnosis?.hint ?? '',
  ]);
  const columns = stderr.isTerminal ? stderr.columns - 1 : Infinity;
  stderr.write(
    `${['', ...tableLines(['TRIAL', 'PHASE', 'PARAMETERS', 'WHY', 'HINT'], rows)].map((line) => cut(line, columns)).join('\n')}\n`,
  );
  const more = (experiment?.trials.totalCount ?? 0) - trials.length;
  if (more > 0) stderr.write(`… and ${grouped(more)} more.\n`);
  stderr.write(`\nglados logs ${id} --trial ${trials[0]?.index ?? 0} shows what the program wrote.\n`);
}
