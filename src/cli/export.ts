import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import type { GladosClient } from '../client/client.js';
import type { ExperimentDetailsFragment } from '../client/generated/graphql.js';
import { getExperiment } from './experiment-id.js';
import { Failure } from './failures.js';
import { saveDownload } from './download.js';

interface ExportNeeds {
  readonly client: GladosClient;
  readonly given: string;
  /** Named after the experiment when left out. */
  readonly directory: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Writes an experiment as a directory that `glados run` takes: experiment.yml and the
 * program, byte for byte. Overwrites nothing.
 *
 * @returns the directory
 * @throws Failure when there is something in the way, or the program is gone
 */
export async function exportExperiment({ client, given, directory, signal }: ExportNeeds): Promise<string> {
  const experiment = await getExperiment(client, given);
  const { file } = experiment.program;
  if (!file) throw new Failure(`The program of ${experiment.name} is gone.`);
  const target = directory ?? directoryName(experiment.name);
  const program = join(target, basename(file.name));
  const description = join(target, 'experiment.yml');
  for (const path of [program, description]) {
    if (existsSync(path)) throw new Failure(`${path} is there already: name another directory.`);
  }
  mkdirSync(target, { recursive: true });
  await saveDownload(client, file.url, program, signal);
  writeFileSync(description, experimentYaml(experiment), { flag: 'wx' });
  return target;
}

/** What submits the same again, with the program beside it. What is as it would be anyway is left out. */
export function experimentYaml(experiment: ExperimentDetailsFragment): string {
  const { description, tags, program, sampling, constants, objective, workers } = experiment;
  const { configFormat, trialTimeoutSeconds, resultFile, resultRow, resources } = experiment;
  const start = without({
    file: basename(program.file?.name ?? ''),
    kind: program.kind === 'AUTO' ? null : program.kind,
    executable: program.executable,
    command: program.command,
    image: program.image,
  });
  const points = without({ kind: sampling.kind, samples: sampling.samples, seed: sampling.seed });
  const limits = without({ cpu: resources.cpu, memory: resources.memory });
  const whole = without({
    name: experiment.name,
    description: description || null,
    tags: tags.length > 0 ? tags : null,
    program: Object.keys(start).length === 1 ? start['file'] : start,
    configFormat: configFormat === 'INI' ? null : configFormat,
    constants: constants || null,
    parameters: experiment.parameters.map(parameterOf),
    sampling: Object.keys(points).length === 1 ? (sampling.kind === 'GLADOS' ? null : sampling.kind) : points,
    trialTimeoutSeconds: trialTimeoutSeconds === 3600 ? null : trialTimeoutSeconds,
    resultFile,
    resultRow: resultRow === 1 ? null : resultRow,
    objective: objective && { column: objective.column, goal: objective.goal },
    workers: workers === 1 ? null : workers,
    resources: Object.keys(limits).length > 0 ? limits : null,
  });
  return `# Experiment ${experiment.id}, submitted ${experiment.createdAt}.\n${stringify(whole, { lineWidth: 0 })}`;
}

type Parameter = ExperimentDetailsFragment['parameters'][number];

function parameterOf(parameter: Parameter): object {
  const { name } = parameter;
  switch (parameter.__typename) {
    case 'IntegerParameter': {
      const { integerMin: min, integerMax: max, integerStep: step, integerPoints: points, integerScale } = parameter;
      const scale = integerScale === 'LINEAR' ? null : integerScale;
      return { integer: without({ name, min, max, step, points, scale, default: parameter.integerDefault }) };
    }
    case 'FloatParameter': {
      const { floatMin: min, floatMax: max, floatStep: step, floatPoints: points, floatScale } = parameter;
      const scale = floatScale === 'LINEAR' ? null : floatScale;
      return { float: without({ name, min, max, step, points, scale, default: parameter.floatDefault }) };
    }
    case 'BoolParameter':
      return { bool: without({ name, default: parameter.boolDefault }) };
    case 'TextParameter':
      return { text: { name, value: parameter.value } };
    case 'ListParameter':
      return { list: without({ name, values: parameter.values, default: parameter.listDefault }) };
    case 'GroupParameter':
      return {
        group: { name, columns: parameter.columns.map((column) => ({ name: column.name, values: column.values })) },
      };
  }
}

/** Null means: not said. */
function without(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}

function directoryName(name: string): string {
  const words = name.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.join('-').slice(0, 60) || 'experiment';
}
