/** One mountPath and the real directory that stands for it. */
export interface MountedPath {
  readonly mountPath: string;
  readonly realPath: string;
}

/**
 * Puts real paths where a text names mounted ones.
 *
 * A container here has no file system of its own, so its command, arguments,
 * environment and working directory are rewritten instead. A mountPath counts
 * where a path begins (not after a name character, `.`, `-` or `/`, so neither
 * the host in `http://work/x` nor `/data/work` is touched) and where the name
 * ends. The longest mountPath wins. A program that has a mounted path built in
 * is not reached: name such paths in its arguments or environment.
 *
 * Given /work at /pods/1/volumes/work, `cd /work && ls /works` becomes
 * `cd /pods/1/volumes/work && ls /works`.
 */
export function createPathRewriting(mounts: readonly MountedPath[]): (text: string) => string {
  const sorted = [...mounts].sort((a, b) => b.mountPath.length - a.mountPath.length);
  if (sorted.length === 0) return (text) => text;
  const real = new Map(sorted.map(({ mountPath, realPath }) => [mountPath, realPath]));
  const anyMount = sorted.map(({ mountPath }) => mountPath.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const mentioned = new RegExp(`(?<![\\p{L}\\p{N}_./-])(?:${anyMount})(?![\\p{L}\\p{N}_-]|\\.[\\p{L}\\p{N}_])`, 'gu');
  return (text) => text.replace(mentioned, (mountPath) => real.get(mountPath) ?? mountPath);
}
