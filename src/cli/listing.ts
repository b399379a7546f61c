import { stringify } from 'yaml';
import type { GladosClient } from '../client/client.js';
import { ExperimentsDocument } from '../client/generated/graphql.js';
import type {
  ExperimentDetailsFragment,
  ExperimentFieldsFragment,
  ExperimentFilter,
} from '../client/generated/graphql.js';
import type { Out } from './out.js';
import { tableLines } from './table.js';
import { clean } from './text.js';
import { clock, countWords, grouped } from './words.js';

export const outputFormats = ['table', 'json', 'yaml', 'name'] as const;
export type OutputFormat = (typeof outputFormats)[number];

interface ListNeeds {
  readonly client: GladosClient;
  readonly filter: ExperimentFilter;
  readonly limit: number;
}

const pageSize = 100;

/** The newest experiments that match, at most `limit`. */
export async function listExperiments({ client, filter, limit }: ListNeeds): Promise<ExperimentFieldsFragment[]> {
  const found: ExperimentFieldsFragment[] = [];
  let after: string | null = null;
  for (;;) {
    const variables = { first: Math.min(pageSize, limit - found.length), after, filter };
    const { experiments }: Awaited<ReturnType<typeof page>> = await page(client, variables);
    found.push(...experiments.nodes);
    after = experiments.pageInfo.endCursor;
    if (found.length >= limit || !experiments.pageInfo.hasNextPage) return found;
  }
}

function page(client: GladosClient, variables: { first: number; after: string | null; filter: ExperimentFilter }) {
  return client.request(ExperimentsDocument, variables);
}

/** @param now milliseconds since the epoch. */
export function printExperiments(
  experiments: readonly ExperimentFieldsFragment[],
  format: OutputFormat,
  out: Pick<Out, 'write'>,
  now: number,
): void {
  if (format !== 'table') return printValue(experiments, format, out);
  const rows = experiments.map(({ id, name, phase, counts, createdAt }) => [
    id,
    name,
    phase,
    `${counts.total - counts.waiting - counts.running}/${counts.total}`,
    String(counts.failed + counts.timedOut),
    clock((now - Date.parse(createdAt)) / 1000),
  ]);
  out.write(`${tableLines(['ID', 'NAME', 'PHASE', 'ENDED', 'FAILED', 'AGE'], rows).join('\n')}\n`);
}

export function printExperiment(
  experiment: ExperimentDetailsFragment,
  format: OutputFormat,
  out: Pick<Out, 'write'>,
): void {
  if (format !== 'table') return printValue(experiment, format, out);
  const { program, counts, diagnosis } = experiment;
  const rows: readonly (readonly [string, string])[] = [
    ['Id', experiment.id],
    ['Name', experiment.name],
    ['Description', experiment.description],
    ['Tags', experiment.tags.join(', ')],
    ['Phase', experiment.phase],
    ['Why', diagnosis ? `${diagnosis.message}${diagnosis.hint ? ` ${diagnosis.hint}` : ''}` : ''],
    [
      'Trials',
      `${grouped(counts.total)}: ${countWords(counts)
        .map(({ text }) => text)
        .join(', ')}`,
    ],
    ['Created', experiment.createdAt],
    ['Started', experiment.startedAt ?? ''],
    ['Finished', experiment.finishedAt ?? ''],
    ['Program', `${program.file?.name ?? '(the file is gone)'} (${program.kind})`],
    ['Parameters', experiment.parameters.map(({ name }) => name).join(', ')],
    ['Sampling', samplingWords(experiment.sampling)],
    ['Workers', String(experiment.workers)],
    ['Results', experiment.downloads.resultsCsv],
  ];
  const shown = rows.filter(([, value]) => value !== '');
  out.write(shown.map(([name, value]) => `${`${name}:`.padEnd(13)}${clean(value)}\n`).join(''));
}

function samplingWords({ kind, samples, seed }: ExperimentDetailsFragment['sampling']): string {
  return [kind, samples === null ? '' : `${grouped(samples)} samples`, seed === null ? '' : `seed ${seed}`]
    .filter((part) => part !== '')
    .join(', ');
}

function printValue(
  value: { id: string } | readonly { id: string }[],
  format: Exclude<OutputFormat, 'table'>,
  out: Pick<Out, 'write'>,
): void {
  switch (format) {
    case 'json':
      return out.write(`${JSON.stringify(value, null, 2)}\n`);
    case 'yaml':
      return out.write(stringify(value));
    case 'name':
      return out.write(
        [value]
          .flat()
          .map(({ id }) => `${id}\n`)
          .join(''),
      );
  }
}
