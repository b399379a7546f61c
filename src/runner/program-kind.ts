import { closeSync, openSync, readSync } from 'node:fs';
import { extname } from 'node:path';
import type { ProgramKind } from '../client/generated/graphql.js';
import { isZip, readZipEntries } from './zip-archive.js';

/** What a program is: a kind that can be started, or an archive to be unpacked first. */
export type FoundKind = Exclude<ProgramKind, 'AUTO'> | 'ZIP';

const headBytes = 64 * 1024;

const kindByExtension: Readonly<Record<string, FoundKind>> = {
  '.py': 'PYTHON',
  '.pyz': 'PYTHON',
  '.js': 'NODE',
  '.mjs': 'NODE',
  '.cjs': 'NODE',
  '.sh': 'SHELL',
  '.jar': 'JAVA',
  '.zip': 'ZIP',
};

/** First bytes, as latin1, of what a kernel can run: ELF, Mach-O (thin, both byte orders; universal), Windows. */
const binaryMagics = ['\x7fELF', '\xcf\xfa\xed\xfe', '\xfe\xed\xfa\xcf', '\xca\xfe\xba\xbe', 'MZ'];

const pythonLine =
  /^(?:from [\w.]+ import \S|import [\w.]+(?: as \w+)?(?:, *[\w.]+(?: as \w+)?)*\s*(?:#.*)?$|\s*def \w+\(.*\).*:\s*(?:#.*)?$|class \w+(?:\(.*\))?:|if __name__ ?==)/m;
const nodeLine =
  /^(?:import .*\bfrom ['"]|import ['"]|export (?:default|const|function|class)\b|(?:const|let|var) .*=|['"]use strict['"]|.*\brequire\(['"]|(?:async )?function\b.*\{)/m;

/**
 * Finds out what a program is: by its content, and when that does not tell, by its name.
 *
 * @returns undefined when neither tells
 */
export async function findKind(path: string): Promise<FoundKind | undefined> {
  const head = readHead(path);
  if (isZip(head)) return (await isJavaArchive(path)) ? 'JAVA' : 'ZIP';
  const byName = kindByExtension[extname(path).toLowerCase()];
  return kindOfContent(head.toString('latin1')) ?? byName;
}

function kindOfContent(head: string): FoundKind | undefined {
  if (binaryMagics.some((magic) => head.startsWith(magic))) return 'BINARY';
  if (head.startsWith('#!')) return kindOfShebang(head.slice(0, head.indexOf('\n') >>> 0));
  if (head.includes('\0')) return undefined;
  const isPython = pythonLine.test(head);
  const isNode = nodeLine.test(head);
  if (isPython === isNode) return undefined;
  return isPython ? 'PYTHON' : 'NODE';
}

function kindOfShebang(line: string): FoundKind {
  if (/\bpython[\d.]*\b/.test(line)) return 'PYTHON';
  if (/\bnode\b/.test(line)) return 'NODE';
  return /\b(?:ba|da|k|z)?sh\b/.test(line) ? 'SHELL' : 'BINARY';
}

async function isJavaArchive(path: string): Promise<boolean> {
  const entries = await readZipEntries(path);
  return entries.some(({ name }) => name === 'META-INF/MANIFEST.MF');
}

function readHead(path: string): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const head = Buffer.alloc(headBytes);
    return head.subarray(0, readSync(descriptor, head, 0, headBytes, 0));
  } finally {
    closeSync(descriptor);
  }
}
