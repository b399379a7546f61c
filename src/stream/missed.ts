import type { Touch } from './timeline.js';

/** What a reader that comes back has not seen. */
export interface Missed<T> {
  readonly objects: readonly (readonly [key: string, object: T])[];
  readonly gone: readonly string[];
}

interface Held<T> {
  get(key: string): T | undefined;
  entries(): Iterable<readonly [key: string, object: T]>;
}

/** Without either, everything is of interest. */
export interface Interest<T> {
  /** False for objects that the reader cannot have seen in any earlier state. */
  readonly isOfInterest?: ((object: T) => boolean) | undefined;
  /** The same by the key, for what went without anybody knowing what it was. */
  readonly isKeyOfInterest?: ((key: string) => boolean) | undefined;
}

interface Wanted<T> extends Interest<T> {
  readonly mayDiffer?: ((object: T) => boolean) | undefined;
}

/**
 * What `touches` mean for who has seen everything before them: the present state of what they
 * touched, and of whatever may have looked otherwise where that was seen.
 *
 * @returns undefined when something was deleted of which is not known whether it is of interest
 */
export function missedBy<T>(
  held: Held<T>,
  touches: readonly Touch[],
  { isOfInterest, isKeyOfInterest, mayDiffer }: Wanted<T>,
): Missed<T> | undefined {
  const lastByKey = new Map<string, unknown>();
  for (const { key, last } of touches) lastByKey.set(key, last ?? lastByKey.get(key));
  const objects = new Map<string, T>();
  const gone: string[] = [];
  for (const [key, last] of lastByKey) {
    const object = held.get(key);
    if (object !== undefined) objects.set(key, object);
    else if (last !== undefined) {
      if (!isOfInterest || isOfInterest(last as T)) gone.push(key);
    } else if (isKeyOfInterest) {
      if (isKeyOfInterest(key)) gone.push(key);
    } else if (isOfInterest) return undefined;
    else gone.push(key);
  }
  if (mayDiffer) for (const [key, object] of held.entries()) if (mayDiffer(object)) objects.set(key, object);
  return { objects: [...objects].filter(([, object]) => !isOfInterest || isOfInterest(object)), gone };
}
