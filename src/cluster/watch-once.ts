import { ClusterError, errorOfNetwork } from './cluster-error.js';
import type { ClusterConnection, Query } from './connection.js';
import { LineSplitter } from './lines.js';
import type { KubernetesObject } from './objects.js';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubernetesObject;
}

export interface WatchNeeds {
  readonly connection: ClusterConnection;
  readonly path: string;
  readonly query: Query;
  readonly signal: AbortSignal;
  /** A watch on which nothing at all has come for so long is given up: its socket may be half open. */
  readonly silenceMs: number;
  /** The server promised to have ended the watch by then. */
  readonly deadlineMs: number;
  readonly onOpen: () => void;
  /** Throwing ends the watch with that error. */
  readonly onEvent: (event: WatchEvent) => void;
}

/**
 * Follows one watch to its end.
 *
 * Resolves to who ended it: the server, or its deadline. Both are ordinary. Events arrive in the order of the wire, none twice.
 *
 * @throws ClusterError when it could not be opened, broke, fell silent or sent what is no event
 */
export async function watchOnce(needs: WatchNeeds): Promise<'server' | 'deadline'> {
  const limits = startLimits(needs);
  const lines = new LineSplitter();
  try {
    const body = await needs.connection.stream(needs.path, { ...needs.query, watch: true }, limits.signal);
    needs.onOpen();
    for await (const chunk of body) {
      limits.heard();
      for (const line of lines.push(chunk)) if (line.length > 0) needs.onEvent(eventOf(line));
    }
    const rest = lines.rest();
    if (rest.length > 0) needs.onEvent(eventOf(rest));
    return 'server';
  } catch (error) {
    if (limits.passed === 'deadline') return 'deadline';
    if (limits.passed === 'silence') {
      throw new ClusterError(`nothing was heard for ${needs.silenceMs / 1000} s`, { code: 'SILENT' });
    }
    throw errorOfNetwork(error);
  } finally {
    limits.clear();
  }
}

/** @throws ClusterError `MALFORMED` for a line that was cut off or is no event. */
function eventOf(line: Buffer): WatchEvent {
  try {
    const event = JSON.parse(line.toString('utf8')) as WatchEvent;
    if (typeof event.type === 'string' && typeof event.object === 'object' && event.object !== null) return event;
  } catch (cause) {
    throw new ClusterError('the watch broke off inside an event', { code: 'MALFORMED', cause });
  }
  throw new ClusterError('the watch sent something that is no event', { code: 'MALFORMED' });
}

interface Limits {
  readonly signal: AbortSignal;
  readonly passed: 'silence' | 'deadline' | undefined;
  heard(): void;
  clear(): void;
}

/** Our own timers: a half-open socket raises no error, and the server's promise to end the watch dies with the server. */
function startLimits({ signal, silenceMs, deadlineMs }: WatchNeeds): Limits {
  const controller = new AbortController();
  let passed: Limits['passed'];
  const abort = (): void => controller.abort();
  const pass = (which: 'silence' | 'deadline'): void => {
    passed ??= which;
    abort();
  };
  const silence = setTimeout(pass, silenceMs, 'silence');
  const deadline = setTimeout(pass, deadlineMs, 'deadline');
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    get passed() {
      return passed;
    },
    heard: () => void silence.refresh(),
    clear() {
      clearTimeout(silence);
      clearTimeout(deadline);
      signal.removeEventListener('abort', abort);
    },
  };
}
