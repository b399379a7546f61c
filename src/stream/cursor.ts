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

/** What the text begins with; another number is another language. */
const format = '3';

/**
 * Opaque to clients: format and scope, then each position as base64url of JSON, with dots between.
 *
 * @param scope Of `digestOf`: what the stream is about. A cursor of another stream says nothing about this one.
 */
export function encodeCursor(
  readers: readonly (readonly [name: string, reader: { readonly position: Position }])[],
  scope: string,
): string {
  let text = format + scope;
  for (const [name, { position }] of readers) text += `.${encoded(name, position)}`;
  return text;
}

const known = new WeakMap<Position, { readonly name: string; readonly text: string }>();

/** Written once for all readers that have come equally far: thousands may stand at the same position. */
function encoded(name: string, position: Position): string {
  const before = known.get(position);
  if (before?.name === name) return before.text;
  const { local, source } = position;
  const entry = [
    name,
    local ? [local.epoch, local.sequence] : [],
    source ? [source.origin, source.from, ...(source.to === source.from ? [] : [source.to])] : [],
  ];
  const text = Buffer.from(JSON.stringify(entry)).toString('base64url');
  known.set(position, { name, text });
  return text;
}

/** Undefined for anything that `encodeCursor` did not make for this scope: a cursor comes from outside. Never throws. */
export function decodeCursor(text: string, scope: string): Positions | undefined {
  const head = `${format}${scope}.`;
  if (text.length > 4_096 || !text.startsWith(head)) return undefined;
  const positions: [string, Position][] = [];
  for (const part of text.slice(head.length).split('.')) {
    const entry = decoded(part);
    if (!isEntry(entry)) return undefined;
    const [name, local, source] = entry;
    positions.push([name, toPosition(local, source)]);
  }
  return Object.fromEntries(positions);
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    // Rubbish is an ordinary answer here: the stream starts again from a snapshot.
    return undefined;
  }
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
