import { createHash } from 'node:crypto';

/** How far a reader has come in one source: as one process numbers it, as the source does, or both. */
export interface Position {
  readonly local?: LocalPosition | undefined;
  readonly source?: SourcePosition | undefined;
}

/** Exact, and good in one life of one process only. */
export interface LocalPosition {
  readonly epoch: string;
  readonly sequence: number;
}

/** Good in every process on this source: the reader has everything up to `from`, and nothing from after `to`. */
export interface SourcePosition {
  readonly origin: string;
  readonly from: string;
  readonly to: string;
}

/** One position per source, by its name. */
export type Positions = Readonly<Record<string, Position>>;

/** What the text looks like; another number is another language. */
const format = 2;

/**
 * Opaque to clients: base64url of JSON.
 *
 * @param scope Of `digestOf`: what the stream is about. A cursor of another stream says nothing about this one.
 */
export function encodeCursor(positions: Positions, scope: string): string {
  const entries = Object.entries(positions).map(([name, { local, source }]) => [
    name,
    local ? [local.epoch, local.sequence] : [],
    source ? [source.origin, source.from, ...(source.to === source.from ? [] : [source.to])] : [],
  ]);
  return Buffer.from(JSON.stringify([format, scope, entries])).toString('base64url');
}

/** Undefined for anything that `encodeCursor` did not make for this scope: a cursor comes from outside. Never throws. */
export function decodeCursor(text: string, scope: string): Positions | undefined {
  if (text.length > 4_096) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    // Rubbish is an ordinary answer here: the stream starts again from a snapshot.
    return undefined;
  }
  if (!Array.isArray(value) || value[0] !== format || value[1] !== scope) return undefined;
  const entries: unknown = value[2];
  if (!Array.isArray(entries) || !entries.every(isEntry)) return undefined;
  return Object.fromEntries(entries.map(([name, local, source]) => [name, toPosition(local, source)]));
}

/** A short name for a long scope. */
export function digestOf(scope: string): string {
  return createHash('sha256').update(scope).digest('base64url').slice(0, 10);
}

type Entry = readonly [name: string, local: readonly unknown[], source: readonly unknown[]];

function isEntry(value: unknown): value is Entry {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [name, local, source] = value as unknown[];
  return typeof name === 'string' && Array.isArray(local) && Array.isArray(source);
}

function toPosition([epoch, sequence]: readonly unknown[], [origin, from, to = from]: readonly unknown[]): Position {
  return {
    ...(typeof epoch === 'string' && Number.isSafeInteger(sequence) && Number(sequence) >= 0
      ? { local: { epoch, sequence: Number(sequence) } }
      : {}),
    ...(typeof origin === 'string' && typeof from === 'string' && typeof to === 'string' && from <= to
      ? { source: { origin, from, to } }
      : {}),
  };
}
