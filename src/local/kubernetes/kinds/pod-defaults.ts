import { at, fieldsOf, listOf, numberOf } from './reading.js';
import type { Fields } from './reading.js';

/** A pod spec as the real server completes it; applies to templates (Job) and pods alike. */
export function withPodSpecDefaults(spec: Fields): Fields {
  const { initContainers, volumes } = spec;
  return {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    ...spec,
    ...(Array.isArray(initContainers) && { initContainers: listOf(initContainers).map(withContainerDefaults) }),
    containers: listOf(spec['containers']).map(withContainerDefaults),
    ...(Array.isArray(volumes) && { volumes: listOf(volumes).map(withVolumeDefaults) }),
  };
}

/** What only a pod gets, not a template. */
export function withPodDefaults(pod: Fields): Fields {
  const spec: Fields = {
    enableServiceLinks: true,
    serviceAccountName: 'default',
    ...withPodSpecDefaults(fieldsOf(pod['spec'])),
  };
  const priority = { priority: 0, preemptionPolicy: 'PreemptLowerPriority' };
  return {
    ...pod,
    spec: { ...priority, ...spec, serviceAccount: spec['serviceAccountName'] },
    status: { phase: 'Pending', qosClass: qosClassOf(spec) },
  };
}

function withContainerDefaults(container: Fields): Fields {
  const image = String(container['image'] ?? '');
  const untagged = !/[:@][^/]*$/u.test(image) || image.endsWith(':latest');
  return {
    imagePullPolicy: untagged ? 'Always' : 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...container,
    resources: withRequests(fieldsOf(container['resources'])),
    ...(Array.isArray(container['ports']) && {
      ports: listOf(container['ports']).map((port) => ({ protocol: 'TCP', ...port })),
    }),
    ...(Array.isArray(container['env']) && { env: listOf(container['env']).map(withEnvDefaults) }),
    ...Object.fromEntries(
      ['livenessProbe', 'readinessProbe', 'startupProbe']
        .filter((name) => name in container)
        .map((name) => [name, withProbeDefaults(fieldsOf(container[name]))]),
    ),
  };
}

/** A limit without a request is requested too. */
function withRequests(resources: Fields): Fields {
  const limits = fieldsOf(resources['limits']);
  const requests = { ...limits, ...fieldsOf(resources['requests']) };
  return Object.keys(requests).length === 0 ? resources : { ...resources, requests };
}

function withEnvDefaults(variable: Fields): Fields {
  const fieldRef = at(variable, 'valueFrom', 'fieldRef');
  if (fieldRef === undefined) return variable;
  const valueFrom = fieldsOf(variable['valueFrom']);
  return { ...variable, valueFrom: { ...valueFrom, fieldRef: { apiVersion: 'v1', ...fieldsOf(fieldRef) } } };
}

const withProbeDefaults = (probe: Fields): Fields => ({
  timeoutSeconds: 1,
  periodSeconds: 10,
  successThreshold: 1,
  failureThreshold: 3,
  ...probe,
});

function withVolumeDefaults(volume: Fields): Fields {
  const completed = { ...volume };
  for (const source of ['configMap', 'secret', 'downwardAPI', 'projected']) {
    if (source in volume) completed[source] = { defaultMode: 0o644, ...fieldsOf(volume[source]) };
  }
  if ('hostPath' in volume) completed['hostPath'] = { type: '', ...fieldsOf(volume['hostPath']) };
  return Object.keys(volume).length > 1 ? completed : { ...completed, emptyDir: {} };
}

/** The amounts that count for the class. */
const said = (resources: Fields, what: string): Fields =>
  Object.fromEntries(
    Object.entries(fieldsOf(resources[what])).filter(
      ([key, amount]) => ['cpu', 'memory'].includes(key) && amount !== '0' && amount !== 0,
    ),
  );

/** Guaranteed: cpu and memory limited and requested alike everywhere. BestEffort: nothing said anywhere. */
function qosClassOf(spec: Fields): 'BestEffort' | 'Burstable' | 'Guaranteed' {
  const all = [...listOf(spec['initContainers']), ...listOf(spec['containers'])].map((one) =>
    fieldsOf(one['resources']),
  );
  if (all.every((one) => Object.keys({ ...said(one, 'limits'), ...said(one, 'requests') }).length === 0))
    return 'BestEffort';
  const guaranteed = all.every((one) => {
    const limits = said(one, 'limits');
    const requests = said(one, 'requests');
    return ['cpu', 'memory'].every((key) => limits[key] !== undefined && limits[key] === requests[key]);
  });
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** The grace a pod gets when the deletion does not say. */
export const graceSecondsOf = (pod: unknown): number =>
  numberOf(at(pod, 'spec', 'terminationGracePeriodSeconds') ?? 30);
