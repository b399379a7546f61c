import { ClusterError, errorOfNetwork } from './cluster-error.js';
import type { ClusterConnection, Query } from './connection.js';
import { eachChunk } from './chunks.js';
import { startLimits } from './limits.js';
import { LineSplitter } from './lines.js';
import type { KubernetesObject } from './objects.js';
import type { ObjectParser } from './parse-object.js';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubernetesObject;
}

export interface WatchNeeds {
  readonly connection: ClusterConnection;
  readonly path: string;
  readonly query: Query;
  readonly parser: ObjectParser;
  readonly signal: AbortSignal;
  /** A watch on which nothing at all has come for so long is given up: its socket may be half open. */
  readonly silenceMs: number;
  /** The server promised to have ended the watch by then. */
  readonly deadlineMs: number;
  readonly onOpen: () => void;
  /** Throwing ends the watch with that error; no more is read until a promise that it returns is kept. */
  readonly onEvent: (event: WatchEvent) => void | Promise<void>;
}

/**
 * Follows one watch to its end.
 *
 * Resolves to who ended it: the server, as it promised, or its deadline. Events arrive in the order of the wire, none twice.
 *
 * @throws ClusterError when it could not be opened, broke, fell silent or sent what is no event
 */
export async function watchOnce(needs: WatchNeeds): Promise<'server' | 'deadline'> {
  const limits = startLimits(needs.signal, { silence: needs.silenceMs, deadline: needs.deadlineMs });
  const lines = new LineSplitter();
  try {
    const body = await needs.connection.stream(needs.path, { ...needs.query, watch: true }, limits.signal);
    needs.onOpen();
    await eachChunk(body, (chunk) => {
      limits.renew('silence');
      return takeAll(lines.push(chunk).values(), needs);
    });
    const rest = lines.rest();
    if (rest.length > 0) await needs.onEvent(eventOf(rest, needs.parser));
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

/** At once, as far as no event has to be waited for. */
function takeAll(lines: IterableIterator<Buffer>, needs: WatchNeeds): void | Promise<void> {
  for (const line of lines) {
    const taken = line.length > 0 ? needs.onEvent(eventOf(line, needs.parser)) : undefined;
    if (taken) return taken.then(() => takeAll(lines, needs));
  }
}

/** @throws ClusterError `MALFORMED` for a line that was cut off or is no event. */
function eventOf(line: Buffer, parser: ObjectParser): WatchEvent {
  try {
    const event = parser.event(line) as WatchEvent;
    if (typeof event.type === 'string' && typeof event.object === 'object' && event.object !== null) return event;
  } catch (cause) {
    throw new ClusterError('the watch broke off inside an event', { code: 'MALFORMED', cause });
  }
  throw new ClusterError('the watch sent something that is no event', { code: 'MALFORMED' });
}
