/**
 * A pod as an API server writes it: about 5 KB, two containers, managedFields last in its metadata.
 *
 * Pods of one Job come from one template; the status differs from version to version.
 */
export function makePod(index: number, version: number): object {
  const job = Math.floor(index / 20);
  // Pods of one Job start within two seconds, a Job every five.
  const at = (seconds: number): string =>
    new Date(1_790_000_000_000 + (job * 5 + seconds) * 1000).toISOString().slice(0, 19);
  const time = (seconds: number): string => `${at(seconds)}Z`;
  const uid = uidOf('aa', index);
  const labels = {
    'batch.kubernetes.io/job-name': `sweep-${job}`,
    'batch.kubernetes.io/job-completion-index': String(index % 20),
    'glados.io/experiment': `experiment-${job}`,
    'job-name': `sweep-${job}`,
  };
  const names = ['trainer', 'logs'];
  return {
    metadata: {
      name: `sweep-${job}-${index % 20}-x7k2p`,
      generateName: `sweep-${job}-`,
      namespace: 'bench',
      uid,
      resourceVersion: String(version),
      creationTimestamp: time(0),
      labels,
      annotations: { 'batch.kubernetes.io/job-completion-index': String(index % 20) },
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'Job', name: `sweep-${job}`, uid: uidOf('bb', job), controller: true },
      ],
      managedFields: managedFields(uid),
    },
    spec: {
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: `pvc-${job % 100}` } }],
      containers: names.map((name) => container(name, job, index)),
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: 'default',
      nodeName: `gpu-node-${index % 64}`,
      securityContext: {},
      schedulerName: 'default-scheduler',
      tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }],
    },
    status: {
      phase: 'Running',
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type, order) => ({
        type,
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: time(order < 1 || order === 3 ? index % 2 : 2 + (index % 2)),
      })),
      hostIP: '10.0.0.1',
      podIP: `10.1.${(index >> 8) & 255}.${index & 255}`,
      podIPs: [{ ip: `10.1.${(index >> 8) & 255}.${index & 255}` }],
      startTime: time(index % 2),
      containerStatuses: names.map((name) => containerStatus(name, job, index, time(2 + (index % 2)), version % 3)),
      qosClass: 'Burstable',
    },
  };
}

function uidOf(prefix: string, index: number): string {
  return `${prefix}9c24e8-3b12-4fef-91e0-${String(index).padStart(12, '0')}`;
}

function container(name: string, job: number, index: number): object {
  return {
    name,
    image: `example.com/team/${name}:v1.2.${job % 50}`,
    command: ['/bin/sh', '-c', `run --id ${job}`],
    env: Array.from({ length: 8 }, (_, each) => ({ name: `ENV_VAR_${each}`, value: `value-${each}-for-${job}` })),
    resources: { limits: { cpu: '4', memory: '16Gi', 'nvidia.com/gpu': '1' }, requests: { cpu: '2', memory: '8Gi' } },
    volumeMounts: [
      { name: 'data', mountPath: '/data' },
      { name: `kube-api-access-${index % 1000}`, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io' },
    ],
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
  };
}

function containerStatus(name: string, job: number, index: number, startedAt: string, restartCount: number): object {
  return {
    name,
    state: { running: { startedAt } },
    lastState: {},
    ready: true,
    restartCount,
    image: `example.com/team/${name}:v1.2.${job % 50}`,
    imageID: `example.com/team/${name}@sha256:${'ab'.repeat(32)}`,
    containerID: `containerd://${uidOf('cc', index).replaceAll('-', '')}${'0'.repeat(32)}`,
    started: true,
  };
}

function managedFields(uid: string): object[] {
  const env = Array.from({ length: 8 }, (_, each) => [
    `k:{"name":"ENV_VAR_${each}"}`,
    { '.': {}, 'f:name': {}, 'f:value': {} },
  ]);
  const common = { operation: 'Update', apiVersion: 'v1', time: '2026-01-01T00:00:00Z', fieldsType: 'FieldsV1' };
  const trainer = { '.': {}, 'f:command': {}, 'f:env': Object.fromEntries(env), 'f:image': {}, 'f:resources': {} };
  return [
    {
      manager: 'kube-controller-manager',
      ...common,
      fieldsV1: {
        'f:metadata': {
          'f:labels': { '.': {}, 'f:job-name': {} },
          'f:ownerReferences': { [`k:{"uid":"${uid}"}`]: {} },
        },
        'f:spec': { 'f:containers': { 'k:{"name":"trainer"}': trainer }, 'f:restartPolicy': {} },
      },
    },
    {
      manager: 'kubelet',
      ...common,
      subresource: 'status',
      fieldsV1: {
        'f:status': {
          'f:conditions': { 'k:{"type":"Ready"}': { '.': {}, 'f:lastProbeTime': {}, 'f:status': {} } },
          'f:containerStatuses': {},
          'f:phase': {},
          'f:podIP': {},
        },
      },
    },
  ];
}
