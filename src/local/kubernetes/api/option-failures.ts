import { ApiFailure } from '../api-failure.js';
import type { FailureCause } from '../api-failure.js';
import { joined } from '../kinds/rules.js';

/** 422 for a query or DeleteOptions that contradict themselves. @param kind for example `ListOptions` */
export function joinedInvalid(kind: string, causes: readonly FailureCause[]): ApiFailure {
  const message = `${kind}.meta.k8s.io "" is invalid: ${joined(causes)}`;
  return new ApiFailure(422, 'Invalid', message, { group: 'meta.k8s.io', kind, causes });
}
