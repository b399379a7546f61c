import { isDeepStrictEqual } from 'node:util';
import type { FailureCause } from '../api-failure.js';
import { invalid, labelsCauses, required, unsupported } from './names.js';
import { podSpecCauses } from './pod-rules.js';
import { at, fieldsOf, listOf } from './reading.js';
import type { Fields } from './reading.js';

/** What is wrong with a Job, whose defaults are filled in. */
export function jobCauses(job: Fields): FailureCause[] {
  const spec = fieldsOf(job['spec']);
  const template = fieldsOf(spec['template']);
  const podSpec = fieldsOf(template['spec']);
  const counts = [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'backoffLimitPerIndex',
    'ttlSecondsAfterFinished',
    'maxFailedIndexes',
  ];
  const policy = podSpec['restartPolicy'];
  const mode = spec['completionMode'];
  return [
    ...counts.flatMap((name) => {
      const count = spec[name];
      return typeof count === 'number' && count < 0
        ? [invalid(`spec.${name}`, count, 'must be greater than or equal to 0')]
        : [];
    }),
    ...(mode === 'Indexed' || mode === 'NonIndexed'
      ? []
      : [unsupported('spec.completionMode', mode, ['Indexed', 'NonIndexed'])]),
    ...(mode === 'Indexed' && spec['completions'] === undefined
      ? [required('spec.completions', 'when completion mode is Indexed')]
      : []),
    ...(mode === 'Indexed' ? indexedCauses(spec) : []),
    ...(mode !== 'Indexed' && spec['backoffLimitPerIndex'] !== undefined
      ? [invalid('spec.backoffLimitPerIndex', spec['backoffLimitPerIndex'], 'requires indexed completion mode')]
      : []),
    ...(spec['podFailurePolicy'] !== undefined && policy !== 'Never'
      ? [
          invalid(
            'spec.template.spec.restartPolicy',
            policy,
            'only "Never" is supported when podFailurePolicy is specified',
          ),
        ]
      : []),
    ...labelsCauses('spec.template.labels', fieldsOf(at(template, 'metadata', 'labels')) as Record<string, string>),
    ...podSpecCauses(podSpec, 'spec.template.spec'),
    ...(policy === 'Always'
      ? [required('spec.template.spec.restartPolicy', 'valid values: "OnFailure", "Never"')]
      : []),
  ];
}

function indexedCauses(spec: Fields): FailureCause[] {
  const { completions, parallelism } = spec;
  if (typeof completions !== 'number' || typeof parallelism !== 'number') return [];
  if (parallelism > 100_000)
    return [
      invalid('spec.parallelism', parallelism, 'must be less than or equal to 100000 when completion mode is Indexed'),
    ];
  return [];
}

/** What of a Job may not change: everything that decides which pods are its own and what they run. */
export function jobUpdateCauses(job: Fields, before: Fields): FailureCause[] {
  const spec = fieldsOf(job['spec']);
  const old = fieldsOf(before['spec']);
  const immutable = [
    'selector',
    'completionMode',
    'podFailurePolicy',
    'backoffLimitPerIndex',
    'managedBy',
    'successPolicy',
  ];
  return [
    ...(isDeepStrictEqual(templateFor(spec, old, before), old['template'])
      ? []
      : [
          invalid(isHeld(old, before) ? 'spec.template.spec' : 'spec.template', spec['template'], 'field is immutable'),
        ]),
    ...(completionsMayBecome(spec, old)
      ? []
      : [invalid('spec.completions', spec['completions'] ?? null, 'field is immutable')]),
    ...immutable
      .filter((name) => !isDeepStrictEqual(spec[name], old[name]))
      .map((name) => invalid(`spec.${name}`, spec[name] ?? null, 'field is immutable')),
  ];
}

/** An Indexed Job is elastic: completions may change together with parallelism, to the same number. */
function completionsMayBecome(spec: Fields, old: Fields): boolean {
  if (spec['completions'] === old['completions']) return true;
  return (
    spec['completionMode'] === 'Indexed' &&
    spec['completions'] === spec['parallelism'] &&
    old['completions'] === old['parallelism'] &&
    typeof spec['completions'] === 'number'
  );
}

/** A suspended Job without pods may change where and with which resources its pods will run. */
function isHeld(old: Fields, before: Fields): boolean {
  if (old['suspend'] !== true) return false;
  const conditions = listOf(at(before, 'status', 'conditions'));
  const isSuspended = conditions.some((one) => one['type'] === 'Suspended' && one['status'] === 'True');
  return isSuspended || at(before, 'status', 'startTime') === undefined;
}

/** The new template with what a held Job may change taken from the old one. */
function templateFor(spec: Fields, old: Fields, before: Fields): unknown {
  const template = fieldsOf(spec['template']);
  if (!isHeld(old, before)) return template;
  const oldTemplate = fieldsOf(old['template']);
  const podSpec = fieldsOf(template['spec']);
  const oldSpec = fieldsOf(oldTemplate['spec']);
  const scheduling = ['affinity', 'nodeSelector', 'tolerations', 'schedulingGates'];
  const rest = Object.fromEntries(Object.entries(podSpec).filter(([name]) => !scheduling.includes(name)));
  const kept = Object.fromEntries(scheduling.filter((name) => name in oldSpec).map((name) => [name, oldSpec[name]]));
  const resources = new Map(listOf(oldSpec['containers']).map((one) => [one['name'], one['resources']]));
  const containers = listOf(podSpec['containers']).map((one) => ({ ...one, resources: resources.get(one['name']) }));
  return { ...template, metadata: oldTemplate['metadata'], spec: { ...rest, containers, ...kept } };
}
