import type { LogPosition } from '../../cluster/log-place.js';
import { decodeCursor, encodeCursor } from '../paging.js';

/** How far one log has been read: up to this line of a pod, or so many lines of a log that was kept. */
export type LogPlace = number | (LogPosition & { readonly whole?: true });

/** By source: the uid of a pod, or `kept.<attempt>` for the kept log of a trial. A `whole` log has been read to its end. */
export type LogPlaces = ReadonlyMap<string, LogPlace>;

type Written = number | readonly [time: string, ordinal: number, whole?: 1];

const keptPrefix = 'kept.';

export const keptSource = (attempt: number): string => `${keptPrefix}${attempt}`;
export const isKept = (source: string): boolean => source.startsWith(keptPrefix);

/** @param scope Names the stream: a cursor of another one is of no use. */
export function encodeLogCursor(places: LogPlaces, scope: string): string {
  return encodeCursor({ of: scope, at: [...places].map(([source, place]) => [source, written(place)]) });
}

/** Undefined for what is no cursor, or one of another stream. */
export function decodeLogCursor(cursor: string, scope: string): LogPlaces | undefined {
  const value = decodeCursor(cursor);
  if (typeof value !== 'object' || value === null || !('of' in value) || !('at' in value)) return undefined;
  if (value.of !== scope || !Array.isArray(value.at)) return undefined;
  const places = new Map<string, LogPlace>();
  for (const pair of value.at as unknown[]) {
    const [source, at] = Array.isArray(pair) ? (pair as unknown[]) : [];
    const place = readPlace(at);
    if (typeof source !== 'string' || place === undefined || isKept(source) !== (typeof place === 'number')) {
      return undefined;
    }
    places.set(source, place);
  }
  return places;
}

function written(place: LogPlace): Written {
  if (typeof place === 'number') return place;
  return place.whole ? [place.time, place.ordinal, 1] : [place.time, place.ordinal];
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/;

function readPlace(value: unknown): LogPlace | undefined {
  if (isCount(value)) return value;
  if (!Array.isArray(value)) return undefined;
  const [time, ordinal, whole] = value as unknown[];
  if (typeof time !== 'string' || !instant.test(time) || !isCount(ordinal)) return undefined;
  return whole === 1 ? { time, ordinal, whole: true } : { time, ordinal };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
