import { completionIndexLabel, experimentLabel, jobNameLabels } from './objects.js';
import { list, object, pass, scalar, text, value, word } from './projection.js';
import type { Pass, Read } from './projection.js';

const behindManagedFields = Buffer.from(']},"spec":{');

/**
 * API servers write them as the last of the metadata, and they hold no lists: their first bracket is their last,
 * found at the speed of memory. In JSON these bytes cannot follow a bracket that stands in a string or ends another list.
 */
const passManagedFields: Pass = (cursor) => {
  const { bytes, at } = cursor;
  const end = bytes.indexOf(0x5d, at);
  const behind = end + behindManagedFields.length;
  const isLast = end !== -1 && behind <= bytes.length && behindManagedFields.compare(bytes, end, behind) === 0;
  if (isLast) cursor.at = end + 1;
  else pass(cursor);
};

const labels = [experimentLabel, ...jobNameLabels, completionIndexLabel];

const metadata = object(
  () => ({
    name: undefined,
    namespace: undefined,
    uid: undefined,
    resourceVersion: undefined,
    creationTimestamp: undefined,
    deletionTimestamp: undefined,
    labels: undefined,
    annotations: undefined,
    ownerReferences: undefined,
  }),
  {
    name: text,
    namespace: word,
    uid: text,
    resourceVersion: text,
    creationTimestamp: word,
    deletionTimestamp: word,
    labels: object(() => ({}), Object.fromEntries(labels.map((label) => [label, word]))),
    annotations: object(() => ({}), { [completionIndexLabel]: word }),
    ownerReferences: list(object(() => ({ kind: undefined, uid: undefined }), { kind: word, uid: word })),
  },
  { managedFields: passManagedFields },
);

const amounts = object(() => ({ cpu: undefined, memory: undefined }), { cpu: word, memory: word });
const resources = object(() => ({ limits: undefined, requests: undefined }), { limits: amounts, requests: amounts });
const container = object(
  () => ({ name: undefined, image: undefined, restartPolicy: undefined, resources: undefined }),
  { name: word, image: word, restartPolicy: word, resources },
);

/** Everything of a PodSpec that RawPodSpec names. */
export const spec = object(
  () => ({
    nodeName: undefined,
    restartPolicy: undefined,
    schedulerName: undefined,
    activeDeadlineSeconds: undefined,
    nodeSelector: undefined,
    initContainers: undefined,
    containers: undefined,
  }),
  {
    nodeName: word,
    restartPolicy: word,
    schedulerName: word,
    activeDeadlineSeconds: scalar,
    nodeSelector: value,
    initContainers: list(container),
    containers: list(container),
  },
);

const waiting = object(() => ({ reason: undefined, message: undefined }), { reason: word, message: word });
const running = object(() => ({ startedAt: undefined }), { startedAt: word });
const terminated = object(
  () => ({
    exitCode: undefined,
    signal: undefined,
    reason: undefined,
    message: undefined,
    startedAt: undefined,
    finishedAt: undefined,
  }),
  { exitCode: scalar, signal: scalar, reason: word, message: text, startedAt: word, finishedAt: word },
);
const state = object(() => ({ waiting: undefined, running: undefined, terminated: undefined }), {
  waiting,
  running,
  terminated,
});
const containerStatus = object(
  () => ({
    name: undefined,
    image: undefined,
    ready: undefined,
    started: undefined,
    restartCount: undefined,
    state: undefined,
    lastState: undefined,
  }),
  { name: word, image: word, ready: scalar, started: scalar, restartCount: scalar, state, lastState: state },
);
const condition = object(
  () => ({ type: undefined, status: undefined, reason: undefined, message: undefined, lastTransitionTime: undefined }),
  { type: word, status: word, reason: word, message: word, lastTransitionTime: word },
);

const status = object(
  () => ({
    phase: undefined,
    reason: undefined,
    message: undefined,
    startTime: undefined,
    conditions: undefined,
    initContainerStatuses: undefined,
    containerStatuses: undefined,
  }),
  {
    phase: word,
    reason: word,
    message: word,
    startTime: word,
    conditions: list(condition),
    initContainerStatuses: list(containerStatus),
    containerStatuses: list(containerStatus),
  },
);

/** A pod; `readSpec` reads what `spec` would, in its own way. */
export function podWith(readSpec: Read): Read {
  return object(() => ({ metadata: undefined, spec: undefined, status: undefined }), {
    metadata,
    spec: readSpec,
    status,
  });
}
