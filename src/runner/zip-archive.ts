import { open, type FileHandle } from 'node:fs/promises';

/** One file or directory in a zip, as its central directory tells. */
export interface ZipEntry {
  /** As written in the archive, with `/` between its parts. */
  readonly name: string;
  readonly isDirectory: boolean;
  readonly isSymbolicLink: boolean;
  readonly isExecutable: boolean;
  readonly isEncrypted: boolean;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly headerOffset: number;
}

/** The archive cannot be used; the message says why, in one sentence. */
export class ZipError extends Error {}

const endSignature = 0x06054b50;
const endBytes = 22;
const entrySignature = 0x02014b50;
const entryBytes = 46;
const longestComment = 0xffff;
const largestDirectoryBytes = 64 * 1024 * 1024;
const symbolicLinkType = 0o12;

export function isZip(head: Buffer): boolean {
  return head.length >= 4 && (head.readUInt32LE(0) === 0x04034b50 || head.readUInt32LE(0) === endSignature);
}

/**
 * Reads the central directory of a zip (PKWARE APPNOTE 4.3.12). Not the local
 * headers: only the directory tells which files can be executed, and what counts.
 *
 * @throws ZipError when it is damaged, or larger than a zip without zip64 may be
 */
export async function readZipEntries(path: string): Promise<ZipEntry[]> {
  const file = await open(path);
  try {
    return parseDirectory(await readDirectory(file));
  } finally {
    await file.close();
  }
}

async function readDirectory(file: FileHandle): Promise<Buffer> {
  const { size } = await file.stat();
  const tailStart = Math.max(0, size - endBytes - longestComment);
  const tail = await readAt(file, tailStart, size - tailStart);
  const end = findEnd(tail);
  const bytes = tail.readUInt32LE(end + 12);
  const offset = tail.readUInt32LE(end + 16);
  if (bytes > largestDirectoryBytes || offset + bytes > size) throw new ZipError('The zip is damaged, or too large.');
  return readAt(file, offset, bytes);
}

function findEnd(tail: Buffer): number {
  for (let position = tail.length - endBytes; position >= 0; position--) {
    if (tail.readUInt32LE(position) === endSignature) return position;
  }
  throw new ZipError('The zip is damaged: its directory is missing.');
}

function parseDirectory(directory: Buffer): ZipEntry[] {
  const entries: ZipEntry[] = [];
  for (let position = 0; position < directory.length;) {
    if (position + entryBytes > directory.length || directory.readUInt32LE(position) !== entrySignature) {
      throw new ZipError('The zip is damaged: its directory cannot be read.');
    }
    const nameEnd = position + entryBytes + directory.readUInt16LE(position + 28);
    const name = directory.toString('utf8', position + entryBytes, nameEnd).replaceAll('\\', '/');
    // The upper half of the external attributes is a Unix mode when the archive was made on Unix; 0 otherwise.
    const mode = directory.readUInt16LE(position + 40);
    entries.push({
      name,
      isDirectory: name.endsWith('/'),
      isSymbolicLink: mode >> 12 === symbolicLinkType,
      isExecutable: (mode & 0o111) !== 0,
      isEncrypted: (directory.readUInt16LE(position + 8) & 1) !== 0,
      method: directory.readUInt16LE(position + 10),
      packedBytes: directory.readUInt32LE(position + 20),
      bytes: directory.readUInt32LE(position + 24),
      headerOffset: directory.readUInt32LE(position + 42),
    });
    position = nameEnd + directory.readUInt16LE(position + 30) + directory.readUInt16LE(position + 32);
  }
  return entries;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw new ZipError('The zip is damaged: it ends too early.');
  return buffer;
}
