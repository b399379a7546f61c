import type { LogLine } from '../cluster/log-place.js';
import type { SharedLogs } from '../cluster/shared-logs.js';
import type { Pod } from '../model/pod.js';
import type { ArchivedPod, PodLogs } from '../store/pod-logs.js';

export interface LogArchiveNeeds {
  readonly shared: Pick<SharedLogs, 'follow'>;
  readonly podLogs: Pick<PodLogs, 'get' | 'append'>;
}

/** The container of a pod whose log is kept. */
const container = 'runner';

const mostLines = 500;
const mostCharacters = 256 * 1024;
/** How long a line may wait for others to be written with. */
const gatherMs = 500;

/**
 * Archives a pod's log, from where the archive ends, as it is written and until
 * the container has ended, the pod is gone or the signal is aborted.
 *
 * May be called by any number of processes for the same pod at the same time.
 *
 * @throws ClusterError as followPodLog with `follow`, and what the database throws; what came before is archived
 */
export async function archivePodLog(needs: LogArchiveNeeds, pod: Pod, signal: AbortSignal): Promise<void> {
  for (;;) {
    const known = await needs.podLogs.get(pod.id);
    if (known?.whole || signal.aborted) return;
    if ((await archiveFrom(needs, pod, known ?? emptyOf(pod), signal)) === 'done') return;
  }
}

/** @returns 'overtaken' when another writer was faster: what it wrote is read first */
async function archiveFrom(
  { shared, podLogs }: LogArchiveNeeds,
  pod: Pod,
  from: ArchivedPod,
  signal: AbortSignal,
): Promise<'done' | 'overtaken'> {
  const stop = new AbortController();
  const within = AbortSignal.any([signal, stop.signal]);
  const { namespace, name: podName } = pod;
  let head: ArchivedPod | undefined = from;
  let gathered: LogLine[] = [];
  let size = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;

  async function write(lines: readonly LogLine[], whole: boolean): Promise<void> {
    if (!head || failure || (lines.length === 0 && !whole)) return;
    try {
      head = await podLogs.append(head, lines, { whole });
    } catch (error) {
      failure = { error };
    }
    if (!head || failure) stop.abort();
  }

  const flush = (whole = false): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const lines = gathered;
    gathered = [];
    size = 0;
    writing = writing.then(() => write(lines, whole));
    return writing;
  };

  try {
    for await (const line of shared.follow({ namespace, podName, container, after: from.last, signal: within })) {
      gathered.push(line);
      size += line.text.length;
      if (gathered.length >= mostLines || size >= mostCharacters) await flush();
      else timer ??= setTimeout(() => void flush(), gatherMs);
    }
    await flush(!within.aborted);
  } finally {
    await flush();
  }
  if (failure) throw failure.error;
  return head ? 'done' : 'overtaken';
}

function emptyOf({ id, name, experimentId = '' }: Pod): ArchivedPod {
  return { podId: id, podName: name, experimentId, next: 0, last: undefined, newest: '', whole: false };
}
