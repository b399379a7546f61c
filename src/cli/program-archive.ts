import { createHash } from 'node:crypto';
import { readFile, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Zippable } from 'fflate';
import { zipSync } from 'fflate';
import type { Upload } from '../client/upload.js';

const skippedAnywhere: ReadonlySet<string> = new Set(['.git', '__pycache__', '.glados', '.DS_Store']);
const skippedAtTop: ReadonlySet<string> = new Set(['experiment.yml', 'results.csv']);

/** 1 January 1980, the first moment that a zip can hold: local, because that is how zip writes time. */
const fixedTime = new Date(1980, 0, 1);
const unix = 3;

/**
 * The bytes of a program to hand in: a file as it is, a directory as a zip.
 *
 * The same directory gives the same bytes, whatever the times and the order on
 * disk, so that the server is sent it once. Links are followed; git's files,
 * Python's caches, experiment.yml, results.csv and `except` stay out.
 *
 * @param except absolute paths of more files to leave out.
 */
export async function packProgram(path: string, except: readonly string[] = []): Promise<Upload> {
  const name = basename(path);
  if (!(await stat(path)).isDirectory()) return withDigest(name, new Uint8Array(await readFile(path)));
  const files: Zippable = {};
  await collect(files, {
    directory: path,
    prefix: '',
    inside: [await realpath(path)],
    except: new Set(except.map((each) => resolve(each))),
  });
  return withDigest(`${name}.zip`, zipSync(files, { level: 6, mtime: fixedTime }));
}

function withDigest(name: string, bytes: Uint8Array<ArrayBuffer>): Upload {
  return { name, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

interface Place {
  readonly directory: string;
  /** Path in the archive, "" or ending in "/". */
  readonly prefix: string;
  /** Real paths of this directory and those around it: a link to one of them would never end. */
  readonly inside: readonly string[];
  readonly except: ReadonlySet<string>;
}

async function collect(files: Zippable, { directory, prefix, inside, except }: Place): Promise<void> {
  const names = (await readdir(directory)).sort((one, other) => (one < other ? -1 : 1));
  for (const name of names) {
    const path = join(directory, name);
    if (skippedAnywhere.has(name) || (prefix === '' && skippedAtTop.has(name)) || except.has(path)) continue;
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) {
      const real = await realpath(path);
      if (!inside.includes(real))
        await collect(files, { directory: path, prefix: `${prefix}${name}/`, inside: [...inside, real], except });
    } else if (found?.isFile()) {
      const mode = (found.mode & 0o100) === 0 ? 0o100644 : 0o100755;
      files[prefix + name] = [new Uint8Array(await readFile(path)), { os: unix, attrs: mode << 16 }];
    }
  }
}
