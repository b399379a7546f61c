/** @returns ends it */
export function listen<L>(listeners: Set<L>, listener: L): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Tells every listener, also behind one that throws. */
export function tellAll<E>(listeners: Iterable<(event: E) => void>, event: E, onError: (error: unknown) => void): void {
  for (const listener of listeners) {
    try {
      listener(event);
    } catch (error) {
      onError(error);
    }
  }
}
