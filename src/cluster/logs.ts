import { backoffMs, pause } from './backoff.js';
import { ClusterError, errorOfNetwork } from './cluster-error.js';
import type { ClusterConnection } from './connection.js';
import { LineSplitter } from './lines.js';
import { LogPlace, parseLogLine } from './log-place.js';
import type { LogLine, LogPosition } from './log-place.js';
import type { RawPod } from './raw-pod.js';

export interface PodLogNeeds {
  readonly namespace: string;
  readonly podName: string;
  readonly container: string;
  /** False: what is there now, then the end. */
  readonly follow?: boolean | undefined;
  /** Begin so many lines before the end. */
  readonly tailLines?: number | undefined;
  /** RFC 3339: no line older than that. */
  readonly sinceTime?: string | undefined;
  /** Go on behind this line. Goes before `tailLines` and `sinceTime`. */
  readonly after?: LogPosition | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timing?: { readonly minMs: number; readonly maxMs: number } | undefined;
}

/** What one line may hold; the rest of a longer one is dropped. */
const maxLineBytes = 1 << 18;

/**
 * The lines of one container, each once, in the order it wrote them.
 *
 * With `follow` it waits for a container that has not started, outlives broken
 * connections without repeating or losing a line, and ends when the container
 * has ended and everything was read. The first line behind some that the kubelet
 * rotated away in between says so (`afterLoss`).
 *
 * Aborting the signal, like leaving the iteration, ends it without an error.
 *
 * @throws ClusterError without `follow` for any failure; with it only for 401, 403 and 400 that no waiting mends,
 * and for 404 when the pod went before its log was read to the end
 */
export function followPodLog(connection: ClusterConnection, needs: PodLogNeeds): AsyncIterable<LogLine> {
  return {
    [Symbol.asyncIterator]() {
      const stop = new AbortController();
      const abort = (): void => stop.abort();
      if (needs.signal?.aborted) abort();
      needs.signal?.addEventListener('abort', abort, { once: true });
      const forget = (): void => needs.signal?.removeEventListener('abort', abort);
      const lines = readToTheEnd(connection, needs, stop.signal, forget);
      return {
        next: () => lines.next(),
        // Not lines.return(): that would wait until the next line.
        async return() {
          abort();
          forget();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

async function* readToTheEnd(
  connection: ClusterConnection,
  needs: PodLogNeeds,
  signal: AbortSignal,
  onEnd: () => void,
): AsyncGenerator<LogLine> {
  try {
    yield* readAgainAndAgain(connection, needs, signal);
  } finally {
    onEnd();
  }
}

async function* readAgainAndAgain(connection: ClusterConnection, needs: PodLogNeeds, signal: AbortSignal) {
  const place = new LogPlace(needs.after);
  const { minMs, maxMs } = needs.timing ?? { minMs: 500, maxMs: 10_000 };
  let failures = 0;
  /** A log that was followed ends when its container has: if then the pod is gone, all was read. */
  let isRead = false;
  while (!signal.aborted) {
    /** Asked before the read: what had ended by then is read to its end. */
    const isFollowed = needs.follow === true && (await stateOf(connection, needs, signal)) === 'going on';
    try {
      for await (const line of readOnce(connection, needs, place, isFollowed, signal)) {
        failures = 0;
        yield line;
      }
      if (!isFollowed || signal.aborted) return;
      isRead = true;
    } catch (thrown) {
      if (signal.aborted) return;
      const error = errorOfNetwork(thrown);
      if (!needs.follow || isHopeless(error)) throw error;
      if ((isGone(error) && isRead) || (!isFollowed && isWaiting(error))) return;
      if (isGone(error)) throw error;
      isRead = false;
    }
    failures += 1;
    await pause(backoffMs(failures, { minMs, maxMs, random: Math.random }), signal);
  }
}

async function* readOnce(
  connection: ClusterConnection,
  needs: PodLogNeeds,
  place: LogPlace,
  follow: boolean,
  signal: AbortSignal,
) {
  const since = place.since ?? needs.sinceTime;
  const query = {
    container: needs.container,
    timestamps: true,
    follow,
    sinceTime: since,
    tailLines: place.since === undefined ? needs.tailLines : undefined,
  };
  place.reopen();
  const splitter = new LineSplitter(maxLineBytes);
  for await (const chunk of await connection.stream(`${podPath(needs)}/log`, query, signal)) {
    for (const bytes of splitter.push(chunk)) yield* place.accept(parseLogLine(bytes));
  }
  // With `follow` this end may be a broken connection: an unfinished line comes whole the next time.
  if (follow) return;
  const rest = splitter.rest();
  if (rest.length > 0) yield* place.accept(parseLogLine(rest));
  yield* place.finish();
}

/** A pod that cannot be asked about counts as going on: the read itself will tell. */
async function stateOf(
  connection: ClusterConnection,
  needs: PodLogNeeds,
  signal: AbortSignal,
): Promise<'going on' | 'ended'> {
  try {
    const { status = {} } = await connection.request<RawPod>('GET', podPath(needs), { signal });
    if (status.phase === 'Succeeded' || status.phase === 'Failed') return 'ended';
    const all = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
    return all.find(({ name }) => name === needs.container)?.state?.terminated ? 'ended' : 'going on';
  } catch (error) {
    return isGone(error) ? 'ended' : 'going on';
  }
}

function podPath({ namespace, podName }: PodLogNeeds): string {
  return `/api/v1/namespaces/${namespace}/pods/${encodeURIComponent(podName)}`;
}

export function isGone(error: unknown): boolean {
  return error instanceof ClusterError && error.status === 404;
}

/** The container is not there yet. */
function isWaiting(error: ClusterError): boolean {
  return error.status === 400;
}

/** The message is all that tells a container that will never be there from one that is not there yet. */
export function isHopeless({ status, message }: ClusterError): boolean {
  return status === 401 || status === 403 || (status === 400 && message.includes('is not valid for pod'));
}
