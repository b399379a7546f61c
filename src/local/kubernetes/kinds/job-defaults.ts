import { withPodSpecDefaults } from './pod-defaults.js';
import { at, fieldsOf } from './reading.js';
import type { Fields } from './reading.js';

/**
 * A Job as the real server completes it, its selector and the labels of its
 * template included (unless `manualSelector`).
 */
export function withJobDefaults(job: Fields, uid: string): Fields {
  const spec = fieldsOf(job['spec']);
  const metadata = fieldsOf(job['metadata']);
  const template = fieldsOf(spec['template']);
  const name = String(metadata['name']);
  const generated = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  const manual = spec['manualSelector'] === true;
  const labels = { ...fieldsOf(at(template, 'metadata', 'labels')), ...(!manual && generated) };
  const templateSpec = fieldsOf(template['spec']);
  const { completions, parallelism } = spec;
  const ownLabels = fieldsOf(metadata['labels']);
  return {
    ...job,
    metadata: { ...metadata, labels: Object.keys(ownLabels).length > 0 ? ownLabels : labels },
    spec: {
      parallelism: 1,
      ...(completions === undefined && parallelism === undefined && { completions: 1 }),
      backoffLimit: spec['backoffLimitPerIndex'] === undefined ? 6 : 2_147_483_647,
      completionMode: 'NonIndexed',
      suspend: false,
      manualSelector: false,
      podReplacementPolicy: spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed',
      ...spec,
      ...(!manual && { selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } } }),
      ...('podFailurePolicy' in spec && { podFailurePolicy: withRuleDefaults(fieldsOf(spec['podFailurePolicy'])) }),
      template: {
        ...template,
        metadata: { ...fieldsOf(template['metadata']), labels },
        spec: withPodSpecDefaults(templateSpec),
      },
    },
    status: {},
  };
}

function withRuleDefaults(policy: Fields): Fields {
  const rules = Array.isArray(policy['rules']) ? policy['rules'].map(fieldsOf) : [];
  return {
    ...policy,
    rules: rules.map((rule) =>
      Array.isArray(rule['onPodConditions'])
        ? { ...rule, onPodConditions: rule['onPodConditions'].map((one) => ({ status: 'True', ...fieldsOf(one) })) }
        : rule,
    ),
  };
}
