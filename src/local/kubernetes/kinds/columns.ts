import type { ResourceName } from '../objects.js';
import { ageOf, humanDuration } from './age.js';
import { podCells } from './pod-cells.js';
import { at, fieldsOf, listOf, numberOf, textOf } from './reading.js';
import type { Fields } from './reading.js';

/** A column of `kubectl get`; `wide` ones come with `-o wide` only. */
export interface Column {
  readonly name: string;
  readonly wide?: true;
  readonly cell: (object: Fields, now: number) => string | number;
}

const none = '<none>';
const name: Column = { name: 'Name', cell: (object) => textOf(at(object, 'metadata', 'name')) };
const age: Column = { name: 'Age', cell: (object, now) => ageOf(at(object, 'metadata', 'creationTimestamp'), now) };
const wide = (title: string, cell: Column['cell']): Column => ({ name: title, wide: true, cell });
const keyCount = (object: Fields, ...fields: string[]): number =>
  fields.reduce((sum, field) => sum + Object.keys(fieldsOf(object[field])).length, 0);

/** The condition that counts most, else Running: as kubectl words it, also for a Job that has not begun. */
function jobStatus(job: Fields): string {
  const conditions = listOf(at(job, 'status', 'conditions')).filter((one) => one['status'] === 'True');
  const has = (type: string): boolean => conditions.some((one) => one['type'] === type);
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (at(job, 'metadata', 'deletionTimestamp') !== undefined) return 'Terminating';
  if (has('Suspended')) return 'Suspended';
  if (has('FailureTarget')) return 'FailureTarget';
  if (has('SuccessCriteriaMet')) return 'SuccessCriteriaMet';
  return 'Running';
}

function jobCompletions(job: Fields): string {
  const completions = at(job, 'spec', 'completions');
  const parallelism = numberOf(at(job, 'spec', 'parallelism'));
  const succeeded = numberOf(at(job, 'status', 'succeeded'));
  if (typeof completions === 'number') return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(job: Fields, now: number): string {
  const start = Date.parse(textOf(at(job, 'status', 'startTime')));
  if (Number.isNaN(start)) return '';
  const end = Date.parse(textOf(at(job, 'status', 'completionTime')));
  return humanDuration((Number.isNaN(end) ? now : end) - start);
}

const containersOf = (job: Fields, field: string): string =>
  listOf(at(job, 'spec', 'template', 'spec', 'containers'))
    .map((one) => textOf(one[field]))
    .join(',');

const selectorOf = (job: Fields): string =>
  Object.entries(fieldsOf(at(job, 'spec', 'selector', 'matchLabels')))
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',') || none;

const lastSeen = (event: Fields): unknown =>
  at(event, 'series', 'lastObservedTime') ?? event['lastTimestamp'] ?? event['firstTimestamp'] ?? event['eventTime'];

const involved = (event: Fields): string =>
  `${textOf(at(event, 'involvedObject', 'kind')).toLowerCase()}/${textOf(at(event, 'involvedObject', 'name'))}`;

function sourceOf(event: Fields): string {
  const component = textOf(at(event, 'source', 'component')) || textOf(event['reportingComponent']);
  const host = textOf(at(event, 'source', 'host')) || textOf(event['reportingInstance']);
  return host === '' ? component : `${component}, ${host}`;
}

const quotaCells = (quota: Fields, isLimit: boolean): string =>
  Object.entries(fieldsOf(at(quota, 'status', 'hard')))
    .filter(([what]) => what.startsWith('limits.') === isLimit)
    .map(([what, hard]) => `${what}: ${String(at(quota, 'status', 'used', what) ?? '0')}/${String(hard)}`)
    .toSorted()
    .join(', ');

/** The columns of the real server's tables, in order. */
export const columns: Readonly<Record<ResourceName, readonly Column[]>> = {
  pods: [
    name,
    { name: 'Ready', cell: (pod, now) => podCells(pod, now).ready },
    { name: 'Status', cell: (pod, now) => podCells(pod, now).status },
    { name: 'Restarts', cell: (pod, now) => podCells(pod, now).restarts },
    age,
    wide('IP', (pod) => textOf(at(pod, 'status', 'podIP')) || none),
    wide('Node', (pod) => textOf(at(pod, 'spec', 'nodeName')) || none),
    wide('Nominated Node', (pod) => textOf(at(pod, 'status', 'nominatedNodeName')) || none),
    wide('Readiness Gates', () => none),
  ],
  jobs: [
    name,
    { name: 'Status', cell: jobStatus },
    { name: 'Completions', cell: jobCompletions },
    { name: 'Duration', cell: jobDuration },
    age,
    wide('Containers', (job) => containersOf(job, 'name')),
    wide('Images', (job) => containersOf(job, 'image')),
    wide('Selector', selectorOf),
  ],
  secrets: [
    name,
    { name: 'Type', cell: (secret) => textOf(secret['type']) },
    { name: 'Data', cell: (secret) => keyCount(secret, 'data') },
    age,
  ],
  configmaps: [name, { name: 'Data', cell: (map) => keyCount(map, 'data', 'binaryData') }, age],
  namespaces: [name, { name: 'Status', cell: (namespace) => textOf(at(namespace, 'status', 'phase')) }, age],
  leases: [name, { name: 'Holder', cell: (lease) => textOf(at(lease, 'spec', 'holderIdentity')) }, age],
  resourcequotas: [
    name,
    { name: 'Request', cell: (quota) => quotaCells(quota, false) },
    { name: 'Limit', cell: (quota) => quotaCells(quota, true) },
    age,
  ],
  limitranges: [name, { name: 'Created At', cell: (range) => textOf(at(range, 'metadata', 'creationTimestamp')) }],
  events: [
    { name: 'Last Seen', cell: (event, now) => ageOf(lastSeen(event), now) },
    { name: 'Type', cell: (event) => textOf(event['type']) },
    { name: 'Reason', cell: (event) => textOf(event['reason']) },
    { name: 'Object', cell: involved },
    wide('Subobject', (event) => textOf(at(event, 'involvedObject', 'fieldPath'))),
    wide('Source', sourceOf),
    { name: 'Message', cell: (event) => textOf(event['message']).trim() },
    wide('First Seen', (event, now) => ageOf(event['firstTimestamp'] ?? event['eventTime'], now)),
    wide('Count', (event) => numberOf(at(event, 'series', 'count') ?? event['count'] ?? 1)),
    { ...name, wide: true },
  ],
};
