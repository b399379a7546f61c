import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UnfitError } from '../unfit.js';

/** What a collection holds: equal sums mean the same documents, byte for byte. */
export interface Sum {
  readonly count: number;
  /** Of all documents. */
  readonly bytes: number;
  /** SHA-256 of their BSON in the order of `_id`, hex. */
  readonly sha256: string;
}

/** What a backup says of itself, in `manifest.json`. */
export interface Manifest {
  readonly format: 'glados-backup-1';
  readonly database: string;
  /** See migrations; a program that knows less cannot restore it. */
  readonly schema: number;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** All collections are of one moment. A stand-in cannot promise it while somebody writes. */
  readonly oneMoment: boolean;
  readonly collections: Readonly<Record<string, Sum>>;
}

export const manifestName = 'manifest.json';

/** @throws UnfitError when there is no backup in `directory`, or one of another format */
export async function readManifest(directory: string): Promise<Manifest> {
  const text = await readFile(join(directory, manifestName), 'utf8').catch((error: unknown) => {
    throw new UnfitError(`There is no backup in ${directory}: ${manifestName} cannot be read.`, { cause: error });
  });
  let read: Partial<Manifest>;
  try {
    read = JSON.parse(text) as Partial<Manifest>;
  } catch (error) {
    throw new UnfitError(`The manifest of ${directory} is damaged.`, { cause: error });
  }
  if (read.format !== 'glados-backup-1' || !read.collections || !read.database) {
    throw new UnfitError(`The backup in ${directory} has a format that this GLADOS does not know.`);
  }
  return read as Manifest;
}

/** In which collections two differ, as words for people. */
export function differences(wanted: Manifest['collections'], found: Manifest['collections']): string[] {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(found)])].sort();
  return names.flatMap((name) => {
    const [a, b] = [wanted[name], found[name]];
    if (a?.count !== b?.count) return [`${name} has ${b?.count ?? 0} documents, not ${a?.count ?? 0}`];
    return a?.sha256 === b?.sha256 ? [] : [`${name} has other contents`];
  });
}
