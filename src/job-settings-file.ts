import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { JobChoices } from './cluster/job-settings.js';
import { amountOf } from './cluster/quantity.js';

/** The file that GLADOS_JOB_SETTINGS names is not as it has to be; the message says where and what. */
export class JobSettingsError extends Error {}

type Check = (value: unknown, path: string) => void;

function refuse(path: string, message: string): never {
  throw new JobSettingsError(path === '' ? message : `${path} ${message}`);
}

function check(holds: (value: unknown) => boolean, wanted: string): Check {
  return (value, path) => {
    if (!holds(value)) refuse(path, `has to be ${wanted}, and is ${shown(value)}.`);
  };
}

function wholeFrom(least: number): Check {
  const holds = (value: unknown): boolean =>
    Number.isInteger(value) && Number(value) >= least && Number(value) < 2 ** 31;
  return check(holds, `a whole number from ${least} to 2147483647`);
}

function oneOf(...words: readonly string[]): Check {
  return check((value) => words.includes(value as string), `one of ${words.join(', ')}`);
}

function listOf(item: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return refuse(path, `has to be a list, and is ${shown(value)}.`);
    for (const [index, one] of value.entries()) item(one, `${path}[${index}]`);
  };
}

function mapOf(item: Check): Check {
  return (value, path) => {
    for (const [key, one] of entriesOf(value, path)) item(one, `${path}.${key}`);
  };
}

function fields(known: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    for (const [key, one] of entriesOf(value, path)) {
      const place = path === '' ? key : `${path}.${key}`;
      const item = Object.hasOwn(known, key) ? known[key] : undefined;
      if (!item) refuse(place, `is no setting. Known are ${Object.keys(known).join(', ')}.`);
      item(one, place);
    }
  };
}

function entriesOf(value: unknown, path: string): [string, unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
  return refuse(path || 'The file', `has to be a mapping, and is ${shown(value)}.`);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'a mapping' : (JSON.stringify(value) ?? 'nothing');
}

const text = check((value) => typeof value === 'string' && value !== '', 'text');
const name = check(
  (value) => typeof value === 'string' && /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(value),
  'the name of a Kubernetes object',
);
const label = check(
  (value) => typeof value === 'string' && /^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/.test(value),
  'the value of a label (true and numbers go in quotes)',
);
const quantity = check(
  (value) => typeof value === 'string' && amountOf(value) > 0,
  'a Kubernetes quantity above 0, in quotes when it is a number',
);
const anything: Check = () => undefined;
const amounts = fields({ cpu: quantity, memory: quantity, 'ephemeral-storage': quantity });

const known: Readonly<Record<keyof JobChoices, Check>> = {
  imagePullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
  imagePullSecrets: listOf(name),
  ttlSecondsAfterFinished: wholeFrom(30),
  activeDeadlineSeconds: wholeFrom(1),
  backoffLimitPerIndex: wholeFrom(0),
  scratchSize: quantity,
  requests: amounts,
  limits: amounts,
  priorityClassName: name,
  runtimeClassName: name,
  serviceAccountName: name,
  queueName: name,
  nodeSelector: mapOf(label),
  tolerations: listOf(
    fields({
      key: text,
      operator: oneOf('Exists', 'Equal', 'Gt', 'Lt'),
      value: label,
      effect: oneOf('NoSchedule', 'PreferNoSchedule', 'NoExecute'),
      tolerationSeconds: wholeFrom(0),
    }),
  ),
  // What lies deeper is checked by Kubernetes, which refuses a Job with a field that it does not know.
  affinity: fields({ nodeAffinity: anything, podAffinity: anything, podAntiAffinity: anything }),
};

/**
 * Reads what an operator set about Jobs: YAML, or JSON, with the keys of JobChoices.
 * An empty file sets nothing.
 *
 * @throws JobSettingsError for a file that cannot be read, a key that is not known, a value that cannot be
 */
export function readJobSettings(path: string): JobChoices {
  let settings: unknown;
  try {
    settings = parse(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new JobSettingsError(
      code === 'ENOENT' ? 'There is no such file.' : `It cannot be read: ${message.split('\n')[0]}`,
    );
  }
  fields(known)(settings, '');
  return settings as JobChoices;
}
