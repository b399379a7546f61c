import { createHash } from 'node:crypto';

/**
 * What an image stands for on this machine: programs of the host.
 *
 * A container that names no `command` runs `entrypoint` and its own `args`, or
 * `cmd` when it has none, as a container runtime does. Paths are real ones. An
 * image that is absent from the table cannot be pulled (ErrImagePull).
 */
export interface ImageProgram {
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The argv of a container; empty when neither it nor its image names a command. */
export function argvOf(
  image: ImageProgram,
  command: readonly string[] | undefined,
  args: readonly string[] | undefined,
): string[] {
  if (command?.length) return [...command, ...(args ?? [])];
  return [...(image.entrypoint ?? []), ...(args?.length ? args : (image.cmd ?? []))];
}

/** Stable for as long as the image stands for the same program. */
export function imageId(name: string, image: ImageProgram): string {
  return `local://sha256:${createHash('sha256')
    .update(JSON.stringify([name, image]))
    .digest('hex')}`;
}

/** The kubelet's words when the registry has no such image. */
export function pullFailure(name: string): string {
  const reference = withRegistryAndTag(name);
  return `failed to pull and unpack image "${reference}": failed to resolve reference "${reference}": ${reference}: not found`;
}

function withRegistryAndTag(name: string): string {
  const first = name.split('/')[0] ?? '';
  const hasRegistry = name.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const path = hasRegistry ? name : `docker.io/${name.includes('/') ? '' : 'library/'}${name}`;
  return /[:@][^/]*$/.test(path) ? path : `${path}:latest`;
}
