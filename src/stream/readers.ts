import type { Positions } from './cursor.js';
import type { SourceReader } from './source-reader.js';

/** The readers of one stream, each by its source's name. */
export type Readers = readonly (readonly [name: string, reader: SourceReader<unknown>])[];

export interface Taken {
  readonly changed: Readonly<Record<string, readonly unknown[]>>;
  readonly gone: readonly string[];
  readonly count: number;
}

/** Goes on behind `positions` when every source can tell what was missed, else begins all of them anew. @returns whether anew */
export function resumeOrReset(readers: Readers, positions: Positions): boolean {
  const resumes = readers.map(([name, reader]) => {
    const position = positions[name];
    const missed = reader.missed(position);
    return position && missed && { position, missed };
  });
  const isReset = resumes.includes(undefined);
  readers.forEach(([, reader], index) => reader.begin(isReset ? undefined : resumes[index]));
  return isReset;
}

/** Up to `limit` of what is pending. Another source comes first at each `turn`, so that a busy one keeps none from being read. */
export function takeFrom(readers: Readers, limit: number, turn: number): Taken {
  const changed: Record<string, readonly unknown[]> = {};
  const gone: string[] = [];
  let count = 0;
  for (const [name] of readers) changed[name] = [];
  for (const offset of readers.keys()) {
    const next = readers[(turn + offset) % readers.length];
    if (!next) break;
    const part = next[1].take(limit - count);
    changed[next[0]] = part.objects;
    gone.push(...part.gone);
    count += part.objects.length + part.gone.length;
  }
  return { changed, gone, count };
}
