import type { ObjectStore } from '../objects.js';
import { pause } from './stopping.js';

/** A change nobody told of, should there be one, is found this late. */
const lookAgainMilliseconds = 10_000;

/** Resolves when a secret or configMap of a namespace came or changed, after ten seconds, or when the signal aborts. */
export async function untilConfigurationChanges(
  store: ObjectStore,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const changed = new AbortController();
  const stopListening = store.onChange(({ resource, object }) => {
    const isConfiguration = resource === 'secrets' || resource === 'configmaps';
    if (isConfiguration && object.metadata.namespace === namespace) changed.abort();
  });
  await pause(lookAgainMilliseconds, AbortSignal.any([changed.signal, signal]));
  stopListening();
}
