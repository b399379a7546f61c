import type { GladosClient } from '../client/client.js';
import type { ExperimentFilter } from '../client/generated/graphql.js';
import { experimentId, getExperiment } from './experiment-id.js';
import { exportExperiment } from './export.js';
import { exitCodes } from './failures.js';
import { listExperiments, printExperiment, printExperiments } from './listing.js';
import type { OutputFormat } from './listing.js';
import { printLogs } from './logs.js';
import type { Out } from './out.js';
import { asRecords, readResults } from './results.js';
import { runExperiment, watchExperiment } from './run.js';
import { printDownload } from './download.js';
import { preview, submit } from './submission.js';
import { tableLines } from './table.js';
import { createVerbs } from './verbs.js';
import { grouped } from './words.js';

export const resultFormats = ['table', 'csv', 'json'] as const;
export const previewFormats = ['table', 'json'] as const;

export interface CommandNeeds {
  readonly client: GladosClient;
  readonly stdout: Out;
  readonly stderr: Out;
  readonly color: boolean;
  readonly signal: AbortSignal;
}

/** The verbs of the command line. Each resolves to the exit code. */
export function createCommands(needs: CommandNeeds) {
  const { client, stdout, stderr, color, signal } = needs;
  const printTable = (header: readonly string[], rows: readonly (readonly string[])[]): void =>
    stdout.write(`${tableLines(header, rows).join('\n')}\n`);

  return {
    run: (path: string, { output }: { output?: string }) =>
      runExperiment({
        client,
        path,
        ...(output === undefined ? {} : { outputPath: output }),
        stdout,
        stderr,
        color,
        signal,
      }),

    async submit(path: string): Promise<number> {
      const { experiment } = await submit({ client, path, stderr, signal });
      stderr.write(`Submitted ${experiment.name}: ${grouped(experiment.counts.total)} trials.\n`);
      stdout.write(`${experiment.id}\n`);
      return exitCodes.done;
    },

    async preview(
      path: string,
      { count, output }: { count: number; output: (typeof previewFormats)[number] },
    ): Promise<number> {
      const { trialCount, trials, jobManifest } = await preview({ client, path, stderr, signal }, count);
      if (output === 'json') {
        stdout.write(`${JSON.stringify({ trialCount, trials, jobManifest }, null, 2)}\n`);
        return exitCodes.done;
      }
      stderr.write(`${grouped(trialCount ?? 0)} trials; the first ${trials.length}:\n`);
      const names = trials[0]?.assignment.map(({ name }) => name) ?? [];
      printTable(
        ['TRIAL', ...names],
        trials.map(({ index, assignment }) => [String(index), ...assignment.map(({ value }) => value)]),
      );
      return exitCodes.done;
    },

    async list({
      limit,
      output,
      ...filter
    }: ExperimentFilter & { limit: number; output: OutputFormat }): Promise<number> {
      printExperiments(await listExperiments({ client, filter, limit }), output, stdout, Date.now());
      return exitCodes.done;
    },

    async get(id: string, { output }: { output: OutputFormat }): Promise<number> {
      printExperiment(await getExperiment(client, id), output, stdout);
      return exitCodes.done;
    },

    async watch(given: string): Promise<number> {
      return watchExperiment({ client, id: await experimentId(client, given), stderr, color, signal });
    },

    async logs(
      given: string,
      options: { follow: boolean; trial?: number; pod?: string; tail?: number },
    ): Promise<number> {
      const { follow, trial, pod, tail } = options;
      const id = await experimentId(client, given);
      await printLogs({ client, id, follow, trialIndex: trial, podId: pod, tail, stdout, stderr, signal });
      return signal.aborted ? exitCodes.interrupted : exitCodes.done;
    },

    async results(given: string, { output }: { output: (typeof resultFormats)[number] }): Promise<number> {
      const experiment = await getExperiment(client, given);
      if (output === 'csv') await printDownload(client, experiment.downloads.resultsCsv, stdout);
      else {
        const results = await readResults(client, experiment.id);
        if (output === 'json') stdout.write(`${JSON.stringify(asRecords(results), null, 2)}\n`);
        else printTable(results.columns, results.rows);
      }
      return exitCodes.done;
    },

    async export(given: string, directory: string | undefined): Promise<number> {
      const written = await exportExperiment({ client, given, directory, signal });
      stderr.write(`Run it again with: glados run ${written}\n`);
      stdout.write(`${written}\n`);
      return exitCodes.done;
    },

    ...createVerbs(needs),
  };
}
