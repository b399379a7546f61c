import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ObjectStore } from '../objects.js';
import type { Program } from './program.js';
import { declaredEnvironment, MissingConfiguration } from './environment.js';
import { argvOf } from './images.js';
import type { ImageProgram } from './images.js';
import { createPathRewriting } from './path-rewriting.js';
import type { MountedPath } from './path-rewriting.js';
import type { Container, Pod } from './pod.js';
import { expandVariables } from './variables.js';
import { within } from './volumes.js';

/** Where a pod's things are on this machine. */
export interface PodDirectories {
  readonly volumes: string;
  readonly containers: string;
  readonly logs: string;
}

export interface ContainerProgram extends Program {
  /** Puts real paths into another text of this container. */
  readonly rewrite: (text: string) => string;
  /** What stands in for `terminationMessagePath`. */
  readonly terminationLog: string;
}

/**
 * What to execute for a container, and where.
 *
 * A container has no file system of its own here. Its root is a directory,
 * `<containers>/<name>`, which is also its HOME and, unless it names another,
 * its working directory; a `workingDir` that is on no volume is made below it.
 * A mountPath is a link below that root, and wherever the container's
 * `command`, `args`, `env` or `workingDir` name it, they are given the
 * volume's real directory instead (see path-rewriting.ts). What the image
 * brings (argv and environment) holds real paths and stays as it is. Of the
 * host's environment only PATH is passed on.
 *
 * @throws MissingConfiguration when a secret, configMap or key is not there, or there is nothing to run
 */
export function containerProgram(needs: {
  readonly store: ObjectStore;
  readonly pod: Pod;
  readonly container: Container;
  readonly image: ImageProgram;
  readonly directories: PodDirectories;
  readonly path: string;
}): ContainerProgram {
  const { store, pod, container, image, directories } = needs;
  const root = join(directories.containers, container.name);
  mkdirSync(root, { recursive: true });
  const terminationLog = join(directories.logs, container.name, 'termination-log');
  mkdirSync(dirname(terminationLog), { recursive: true });
  writeFileSync(terminationLog, '');

  const mounts = mountedPaths(container, directories.volumes);
  for (const mount of mounts) linkMount(root, mount);
  const rewrite = createPathRewriting([
    ...mounts,
    { mountPath: container.terminationMessagePath ?? '/dev/termination-log', realPath: terminationLog },
  ]);

  const declared = declaredEnvironment(store, pod, container);
  const own = (words: string[] | undefined): string[] | undefined =>
    words?.map((word) => rewrite(expandVariables(word, declared)));
  const argv = argvOf(image, own(container.command), own(container.args));
  if (argv.length === 0) throw new MissingConfiguration('no command specified');

  return {
    argv,
    directory: workingDirectory(root, container.workingDir, rewrite),
    environment: new Map([
      ['PATH', needs.path],
      ['HOSTNAME', pod.spec.hostname ?? pod.metadata.name],
      ['HOME', root],
      ...Object.entries(image.env ?? {}),
      ...[...declared].map(([name, value]) => [name, rewrite(value)] as const),
    ]),
    terminationLog,
    rewrite,
  };
}

function mountedPaths(container: Container, volumes: string): MountedPath[] {
  return (container.volumeMounts ?? []).map(({ name, mountPath, subPath = '' }) => {
    const volume = within(volumes, name);
    const realPath = within(volume, subPath);
    if (!existsSync(realPath)) mkdirSync(realPath, { recursive: true });
    return { mountPath: `/${mountPath.replace(/^\/+|\/+$/g, '')}`, realPath };
  });
}

function linkMount(root: string, { mountPath, realPath }: MountedPath): void {
  const link = within(root, mountPath);
  // Also so when the container starts again, or a mount lies within another one.
  if (existsSync(link)) return;
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(realPath, link);
}

function workingDirectory(root: string, wanted: string | undefined, rewrite: (text: string) => string): string {
  if (!wanted) return root;
  const rewritten = rewrite(wanted);
  const directory = rewritten === wanted ? within(root, wanted) : rewritten;
  mkdirSync(directory, { recursive: true });
  return directory;
}
