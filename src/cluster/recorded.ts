import type { KubernetesObject } from './objects.js';
import type { RawPod } from './raw-pod.js';
import type { RawEvent } from './to-event.js';
import type { RawJob } from './to-job.js';

/** One Job (or what is left of one, or one pod without a Job) as it stood at one moment. */
export interface Recorded {
  readonly job?: RawJob | undefined;
  readonly pods: readonly RawPod[];
  readonly events: readonly RawEvent[];
}

/** What is wrong with the form of a file, and where in it. */
export class RecordedError extends Error {}

const controllerLabels = ['batch.kubernetes.io/controller-uid', 'controller-uid'];

/**
 * The Jobs in what was written down of a cluster.
 *
 * Takes `{ job, pods, events }`, a List as `kubectl get job,pod,event -o json`
 * prints it, or a single object. Of a List every Job is one, with its pods by
 * owner (or by the label that stays when the owner is gone); pods whose Job is
 * not in it belong together by that Job; a pod that never had one is alone.
 *
 * @throws RecordedError
 */
export function recordedIn(value: unknown): Recorded[] {
  if (!isObject(value)) throw new RecordedError('it holds no JSON object');
  if (Array.isArray(value['items'])) return groups(objects(value['items'], 'items'));
  if (typeof value['kind'] === 'string' && isObject(value['metadata'])) return groups([value]);
  if (!['job', 'pods', 'events'].some((key) => key in value)) {
    throw new RecordedError(
      'it has neither "items" (kubectl get job,pod,event -o json) nor "job", "pods" and "events"',
    );
  }
  const { job = null, pods = [], events = [] } = value;
  if (job !== null && !isObject(job)) throw new RecordedError('"job" has to be an object or null');
  return [{ job: job ?? undefined, pods: objects(pods, 'pods'), events: objects(events, 'events') }];
}

function groups(items: readonly KubernetesObject[]): Recorded[] {
  const of = (kind: string): KubernetesObject[] => items.filter((item) => item.kind === kind);
  const [jobs, pods, events]: [RawJob[], RawPod[], RawEvent[]] = [of('Job'), of('Pod'), of('Event')];
  if (jobs.length === 0 && pods.length === 0) return events.length > 0 ? [{ pods, events }] : [];
  const byJob = new Map<string, { job?: RawJob; pods: RawPod[] }>();
  for (const job of jobs) byJob.set(job.metadata?.uid ?? job.metadata?.name ?? '', { job, pods: [] });
  for (const [index, pod] of pods.entries()) {
    const key = ownerOf(pod) ?? `pod ${index}`;
    const group = byJob.get(key);
    if (group) group.pods.push(pod);
    else byJob.set(key, { pods: [pod] });
  }
  return [...byJob].map(([uid, group]) => ({ ...group, events: events.filter((event) => concerns(event, uid)) }));
}

function ownerOf({ metadata = {} }: RawPod): string | undefined {
  const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'Job')?.uid;
  return owner ?? controllerLabels.map((label) => metadata.labels?.[label]).find((uid) => uid !== undefined);
}

/** Events of pods find their pod by themselves. */
function concerns({ involvedObject }: RawEvent, jobUid: string): boolean {
  return involvedObject?.kind !== 'Job' || involvedObject.uid === jobUid;
}

/**
 * The newest time that anything in it carries, in milliseconds since 1970: it
 * was written down then or later. A deletionTimestamp lies in the future and
 * does not count. 0 when there is none.
 */
export function newestTime(value: unknown): number {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? Date.parse(value) || 0 : 0;
  if (typeof value !== 'object' || value === null) return 0;
  let newest = 0;
  for (const [key, inner] of Object.entries(value)) {
    if (key !== 'deletionTimestamp') newest = Math.max(newest, newestTime(inner));
  }
  return newest;
}

function objects(value: unknown, place: string): KubernetesObject[] {
  if (!Array.isArray(value)) throw new RecordedError(`"${place}" has to be a list`);
  return value.map((item: unknown, index) => {
    if (!isObject(item)) throw new RecordedError(`${place}[${index}] is no object`);
    return item;
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
