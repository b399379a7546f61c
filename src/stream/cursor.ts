import { createHash } from 'node:crypto';

/** How far a reader has come in one source. */
export interface Position {
  readonly epoch: string;
  readonly sequence: number;
}

/** One position per source, by its name. */
export type Positions = Readonly<Record<string, Position>>;

/**
 * Opaque to clients: base64url of JSON.
 *
 * @param scope What the stream is about. A cursor of another stream says nothing about this one.
 */
export function encodeCursor(positions: Positions, scope = ''): string {
  const entries = Object.entries(positions).map(([name, { epoch, sequence }]) => [name, epoch, sequence]);
  return Buffer.from(JSON.stringify([digest(scope), entries])).toString('base64url');
}

/** Undefined for anything that `encodeCursor` did not make for this scope: a cursor comes from outside. Never throws. */
export function decodeCursor(text: string, scope = ''): Positions | undefined {
  if (text.length > 4_096) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    // Rubbish is an ordinary answer here: the stream starts again from a snapshot.
    return undefined;
  }
  if (!Array.isArray(value) || value[0] !== digest(scope)) return undefined;
  const entries: unknown = value[1];
  if (!Array.isArray(entries) || !entries.every(isEntry)) return undefined;
  return Object.fromEntries(entries.map(([name, epoch, sequence]) => [name, { epoch, sequence }]));
}

function digest(scope: string): string {
  return createHash('sha256').update(scope).digest('base64url').slice(0, 10);
}

function isEntry(value: unknown): value is [string, string, number] {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [name, epoch, sequence] = value as unknown[];
  return (
    typeof name === 'string' && typeof epoch === 'string' && Number.isSafeInteger(sequence) && Number(sequence) >= 0
  );
}
