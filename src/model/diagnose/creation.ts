import type { ClusterCode } from '../diagnosis.js';

export interface CreationFault {
  readonly code: ClusterCode;
  readonly hint: string;
}

/** First match wins. The words are the kubelet's, containerd's and runc's. */
const faults: readonly (readonly [pattern: RegExp, code: ClusterCode, hint: string])[] = [
  [
    /configmap "[^"]*" not found|secret "[^"]*" not found|couldn't find key|non-existent (?:config|secret) key/i,
    'CONFIG_MISSING',
    'Create what is missing; the pod goes on by itself.',
  ],
  [
    /runAsNonRoot|non-root|sysctl/i,
    'ADMISSION_DENIED',
    'Set the securityContext so that the rule is met, e.g. runAsUser with a number other than 0.',
  ],
  [
    /OOM-?killed|memory limit too low|cannot allocate memory|memory\.(?:max|limit_in_bytes)|minimum memory/i,
    'OUT_OF_MEMORY',
    'Raise the memory limit: it is too small even to start a container.',
  ],
  [
    /exec: "|executable file not found|no command specified|exec format error|exec user process/i,
    'PROGRAM_NOT_FOUND',
    'Correct the command, put the program into the image, and make it executable there.',
  ],
  [
    /subPath|error mounting|mount failed|MountVolume|MapVolume|to rootfs at|host ?path/i,
    'VOLUME_PENDING',
    'Correct the path at which the volume is mounted, its subPath, or the path on the node.',
  ],
];

/** What kept a container from being made, by what was said about it. */
export function creationFault(said: string): CreationFault {
  const [, code, hint] = faults.find(([pattern]) => pattern.test(said)) ?? [];
  return code !== undefined && hint !== undefined
    ? { code, hint }
    : { code: 'CONTAINER_CREATING', hint: 'Read what the container runtime says, and correct the pod or the node.' };
}
