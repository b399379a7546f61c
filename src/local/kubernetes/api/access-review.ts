import type { Fields } from '../kinds/reading.js';

export const accessReviewPath = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** What `kubectl auth can-i` asks. Whoever is known here may do everything. */
export function accessReview(asked: Fields): object {
  return {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: {},
    spec: asked['spec'] ?? {},
    status: { allowed: true },
  };
}
