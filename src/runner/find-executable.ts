import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import type { ProgramKind } from '../client/generated/graphql.js';
import { findKind, type FoundKind } from './program-kind.js';
import { ProgramNotFound } from './program-not-found.js';

/** A program in its directory, and what it is. */
export interface Executable {
  readonly path: string;
  readonly kind: Exclude<FoundKind, 'ZIP'>;
}

/**
 * The directory that a zip really holds: zips are often made of one directory,
 * which then stands for the whole.
 */
export function contentRoot(directory: string): string {
  const names = readdirSync(directory).filter((name) => name !== '.DS_Store');
  const [only] = names;
  if (names.length !== 1 || only === undefined) return directory;
  const path = join(directory, only);
  return statSync(path).isDirectory() ? contentRoot(path) : directory;
}

/**
 * The one file of an unpacked zip that can only be meant: `main.*`, else the only
 * program at the top. With a kind, only programs of that kind count.
 *
 * @throws ProgramNotFound
 */
export async function findExecutable(root: string, kind: ProgramKind): Promise<Executable> {
  const found: Executable[] = [];
  for (const name of readdirSync(root).sort()) {
    const path = join(root, name);
    const foundKind = statSync(path).isFile() ? await findKind(path) : undefined;
    if (foundKind === undefined || foundKind === 'ZIP') continue;
    if (kind === 'AUTO' || foundKind === kind) found.push({ path, kind: foundKind });
  }
  const main = found.filter(({ path }) => /^(?:main|__main__)(?:\.[a-z]+)?$/.test(basename(path)));
  const [only, ...others] = main.length > 0 ? main : found;
  if (only && others.length === 0) return only;
  const names = found.map(({ path }) => basename(path)).join(', ');
  throw new ProgramNotFound(
    only ? `The zip holds more than one program: ${names}.` : 'The zip holds no program at its top.',
    'Say in `executable` which file of the zip is the program.',
  );
}

/** The file that a relative path names below `root`; undefined when there is none, or it lies outside. */
export function insideOf(root: string, path: string): string | undefined {
  try {
    const real = realpathSync(join(root, path));
    return real.startsWith(realpathSync(root) + sep) && statSync(real).isFile() ? join(root, path) : undefined;
  } catch {
    // There is no such file.
    return undefined;
  }
}
