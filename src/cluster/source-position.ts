/** Longest resourceVersion that is told apart from the others by one letter. */
const mostDigits = 26;

/**
 * A resourceVersion as text whose order is that of the versions; undefined for one that is no number.
 *
 * Versions of one kind are comparable by promise from Kubernetes 1.35 on, and were revisions of etcd before.
 *
 * Given '9' and '10' return 'a9' and 'b10'.
 *
 * @see KEP-5504
 */
export function positionOf(resourceVersion: string | undefined): string | undefined {
  if (resourceVersion === undefined || !/^[1-9]\d*$/.test(resourceVersion)) return undefined;
  const { length } = resourceVersion;
  return length > mostDigits ? undefined : String.fromCharCode(96 + length) + resourceVersion;
}

/** Undefined for what `positionOf` did not make. */
export function versionAt(position: string): string | undefined {
  const version = position.slice(1);
  return positionOf(version) === position ? version : undefined;
}
