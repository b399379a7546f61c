import { ofWaiting } from './finding.js';
import type { Finding } from './finding.js';
import { newest, quoted } from './scene.js';
import type { Scene } from './scene.js';

const reasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

/** An image that cannot be fetched. A slow one is no failure and is left to `creating`. */
export function imagePull({ pod, events }: Scene): Finding | undefined {
  const container = pod.containers.find(({ state, reason = '' }) => state === 'WAITING' && reasons.has(reason));
  if (!container) return undefined;
  const failed = events.findLast(({ reason, message }) => reason === 'Failed' && message.startsWith('Failed to pull'));
  const text = [container.message, failed?.message].join(' ');
  const [why, hint] = explained(container.reason ?? '', text);
  const secret = newest(events, 'FailedToRetrieveImagePullSecret');
  return {
    code: 'IMAGE_PULL',
    course: 'waits',
    cause: `the image ${container.image} cannot be fetched${why === '' ? '' : `: ${why}`}`,
    hint: secret ? `${hint} Also: ${quoted(secret.message)}.` : hint,
    evidence: ofWaiting(pod, container),
    since: failed?.firstAt ?? pod.startedAt ?? pod.createdAt,
  };
}

function explained(reason: string, text: string): readonly [why: string, hint: string] {
  if (reason === 'InvalidImageName') return ['this is not the name of an image', 'Correct the name of the image.'];
  if (reason === 'ErrImageNeverPull') {
    return [
      'it is not on the node, and imagePullPolicy is Never',
      'Load the image onto the nodes, or let them pull it (imagePullPolicy IfNotPresent).',
    ];
  }
  if (/unauthorized|forbidden|denied|authentication|no basic auth|\b40[13]\b/i.test(text)) {
    return [
      'the registry gives no access',
      'Check the name of the image, and give an imagePullSecret that may read it.',
    ];
  }
  if (
    /no such host|connection refused|i\/o timeout|dial tcp|deadline exceeded|tls:|x509|EOF|\b50[0234]\b/i.test(text)
  ) {
    return [
      'the registry cannot be reached',
      'Check the host in the name of the image, and whether the nodes can reach that registry.',
    ];
  }
  if (/not found|manifest unknown|does not exist|no match for platform/i.test(text)) {
    return [
      /platform/i.test(text) ? 'there is none for this kind of machine' : 'there is none of this name and tag',
      'Correct the name or the tag of the image, or push the image.',
    ];
  }
  return ['', 'Check the name of the image and the access to its registry.'];
}
