import { pause } from './backoff.js';
import { errorOfNetwork } from './cluster-error.js';
import type { ClusterConnection } from './connection.js';
import type { LogLine } from './log-place.js';
import { followPodLog, isGone, isHopeless, type PodLogNeeds } from './logs.js';
import { LogWindow } from './log-window.js';

export interface SharedLogs {
  /**
   * The lines of one container as followPodLog gives them with `follow`, each
   * once and in order, whoever else reads them.
   */
  follow(needs: Omit<PodLogNeeds, 'follow' | 'tailLines'>): AsyncIterable<LogLine>;
  /** Connections to the cluster that are held for followers. */
  readonly size: number;
}

interface Upstream {
  readonly window: LogWindow;
  readonly stop: AbortController;
  /** From now on it is not found by new readers. */
  readonly forget: () => void;
  readers: number;
}

/**
 * Lets any number of readers follow a pod's log over one connection.
 *
 * The newest lines of a followed log stay in a window of bounded size. A reader
 * whose place is in the window reads from there; one that comes from further
 * back, or falls behind, first reads up to the window on its own.
 */
export function createSharedLogs(connection: ClusterConnection): SharedLogs {
  const upstreams = new Map<string, Upstream>();

  /** The window of a pod's log, opened at `after` by the first reader. */
  function enter(needs: PodLogNeeds): Upstream {
    const key = `${needs.namespace}/${needs.podName}/${needs.container}`;
    const known = upstreams.get(key);
    if (known) return known;
    const forget = (): void => {
      if (upstreams.get(key) === upstream) upstreams.delete(key);
    };
    const upstream: Upstream = {
      forget,
      window: new LogWindow(needs.after, needs.sinceTime),
      stop: new AbortController(),
      readers: 0,
    };
    upstreams.set(key, upstream);
    void fill(upstream, needs).finally(forget);
    return upstream;
  }

  /** The last who leaves closes the connection. */
  function join(upstream: Upstream): { readonly window: LogWindow; readonly leave: () => void } {
    upstream.readers += 1;
    const leave = (): void => {
      upstream.readers -= 1;
      if (upstream.readers > 0) return;
      upstream.forget();
      upstream.stop.abort();
    };
    return { window: upstream.window, leave };
  }

  async function fill({ window, stop }: Upstream, needs: PodLogNeeds): Promise<void> {
    try {
      for await (const line of followPodLog(connection, { ...needs, follow: true, signal: stop.signal }))
        window.push(line);
      window.close();
    } catch (error) {
      window.close({ error });
    }
  }

  async function* read(needs: PodLogNeeds, signal: AbortSignal): AsyncGenerator<LogLine> {
    let { after } = needs;
    while (!signal.aborted) {
      const { window, leave } = join(enter({ ...needs, after }));
      try {
        let place = window.placeBehind(after, needs.sinceTime);
        if (place === undefined) {
          const end = window.end;
          const before = after;
          try {
            for await (const line of followPodLog(connection, { ...needs, after, follow: false, signal })) {
              after = line;
              yield line;
            }
          } catch (thrown) {
            const error = errorOfNetwork(thrown);
            if (isGone(error) || isHopeless(error)) throw error;
            await pause(againMs, signal);
            continue;
          }
          // What was not there to be read is what comes into the window from here on.
          place = window.placeBehind(after, needs.sinceTime) ?? (after === undefined ? end : undefined);
          if (place === undefined && after === before) await window.more(window.end, soon(signal));
        }
        while (place !== undefined) {
          const lines = window.from(place);
          if (lines === undefined) break;
          for (const line of lines) yield line;
          after = lines.at(-1) ?? after;
          place += lines.length;
          if (lines.length === 0 && !(await window.more(place, signal))) return;
        }
      } finally {
        leave();
      }
    }
  }

  return {
    get size() {
      return upstreams.size;
    },
    follow: (needs) => ({
      [Symbol.asyncIterator]() {
        const stop = new AbortController();
        const abort = (): void => stop.abort();
        if (needs.signal?.aborted) abort();
        needs.signal?.addEventListener('abort', abort, { once: true });
        const lines = read(needs, stop.signal);
        return {
          next: () => lines.next(),
          // Not lines.return(): that would wait until the next line.
          async return() {
            abort();
            needs.signal?.removeEventListener('abort', abort);
            return { done: true as const, value: undefined };
          },
        };
      },
    }),
  };
}

/** How long a reader waits whose reading up to the window failed. */
const againMs = 250;

/** How long a reader waits that is ahead of the window. */
const aheadMs = 500;

function soon(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(aheadMs)]);
}
