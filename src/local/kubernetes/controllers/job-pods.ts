import { admit, withAdmissionDefaults } from '../admission/admit.js';
import { ApiFailure } from '../api-failure.js';
import { generateName } from '../kinds/names.js';
import { withPodDefaults } from '../kinds/pod-defaults.js';
import type { Container, Pod } from '../node/pod.js';
import type { KubernetesObject } from '../objects.js';
import { kindOf } from '../resources.js';
import { releaseFinalizer, requestDeletion } from './deletion.js';
import { judgeFailure } from './failure-policy.js';
import { failuresOf } from './job-look.js';
import type { JobLook } from './job-look.js';
import { indexFailureKey, indexIgnoredFailureKey, indexKey, isIndexed, isReady, trackingFinalizer } from './job.js';

const longestPrefix = 58;

/** Deletes pods of which the Job has no more use. Without `counted`, they count neither as succeeded nor as failed. */
export function deletePods(look: JobLook, pods: readonly Pod[], counted: boolean): void {
  for (const pod of pods) {
    if (!counted) releaseFinalizer(look.store, 'pods', pod, trackingFinalizer);
    requestDeletion(look.store, 'pods', pod);
    happened(look, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  }
  look.active -= pods.length;
  look.terminating += pods.length;
  look.ready -= pods.filter(isReady).length;
}

/** Creates one pod per entry: of that index, or, undefined, of none. Stops at the first that is refused, and says so. */
export function createPods(look: JobLook, indexes: readonly (number | undefined)[]): void {
  for (const index of indexes) {
    try {
      const pod = withAdmissionDefaults(look.store, kindOf('pods'), podOf(look, index));
      admit(look.store, kindOf('pods'), pod);
      const created = look.store.create('pods', pod as KubernetesObject);
      look.active += 1;
      happened(look, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      happened(look, 'Warning', 'FailedCreate', `Error creating: ${error.message}`);
      look.refused = true;
      return;
    }
  }
}

export function happened(look: JobLook, type: 'Normal' | 'Warning', reason: string, message: string): void {
  look.recordEvent({ object: look.job, type, reason, message, component: 'job-controller' });
}

function podOf(look: JobLook, index: number | undefined): KubernetesObject {
  const { job } = look;
  const { template } = job.spec;
  const { name: jobName, namespace, uid } = job.metadata;
  const numbered = index === undefined ? '-' : `-${index}-`;
  const prefix = jobName.slice(0, longestPrefix - numbered.length) + numbered;
  const ownIndex = index === undefined ? {} : { [indexKey]: String(index) };
  const annotations = { ...template.metadata?.annotations, ...ownIndex, ...failureCounts(look, index) };
  const spec = structuredClone(template.spec);
  if (isIndexed(job)) {
    for (const container of [...(spec.initContainers ?? []), ...spec.containers]) tellIndex(container);
  }
  return withPodDefaults({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: generateName(prefix),
      generateName: prefix,
      namespace,
      labels: { ...template.metadata?.labels, ...ownIndex },
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'Job', name: jobName, uid, controller: true, blockOwnerDeletion: true },
      ],
      finalizers: [...new Set([...(template.metadata?.finalizers ?? []), trackingFinalizer])],
    },
    spec: { ...spec, ...(index !== undefined && { hostname: `${jobName}-${index}` }) },
  }) as unknown as KubernetesObject;
}

function tellIndex(container: Container): void {
  const name = 'JOB_COMPLETION_INDEX';
  if (container.env?.some((variable) => variable.name === name)) return;
  const fieldRef = { apiVersion: 'v1', fieldPath: `metadata.labels['${indexKey}']` };
  container.env = [...(container.env ?? []), { name, valueFrom: { fieldRef } }];
}

/** With backoffLimitPerIndex a pod carries how often its index failed before it. */
function failureCounts({ job, indexes }: JobLook, index: number | undefined): Record<string, string> {
  if (job.spec.backoffLimitPerIndex === undefined || index === undefined) return {};
  const replaced = indexes?.waiting.get(index);
  if (!replaced) return { [indexFailureKey]: '0' };
  const before = failuresOf(replaced);
  const { counts } = judgeFailure(job, replaced);
  const ignored = before.ignored + (counts ? 0 : 1);
  return {
    [indexFailureKey]: String(before.counted + (counts ? 1 : 0)),
    ...(ignored > 0 && { [indexIgnoredFailureKey]: String(ignored) }),
  };
}
