import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { readZipEntries, ZipError, type ZipEntry } from './zip-archive.js';

const largestTotalBytes = 2 * 1024 ** 3;
const mostEntries = 100_000;
const localHeaderBytes = 30;

/**
 * Unpacks a zip into a directory, streamed; what was executable stays so.
 *
 * @throws ZipError before anything is written when an entry would land outside of
 * `directory`, is a symbolic link, is encrypted, or when all would be over 2 GiB;
 * also on the first entry that turns out larger than it says
 */
export async function unpack(zip: string, directory: string): Promise<void> {
  const entries = (await readZipEntries(zip)).filter(({ name }) => !name.startsWith('__MACOSX/'));
  checkAll(entries);
  for (const entry of entries) {
    const target = join(directory, entry.name);
    await mkdir(entry.isDirectory ? target : dirname(target), { recursive: true });
    if (!entry.isDirectory) await extract(zip, entry, target);
  }
}

function checkAll(entries: readonly ZipEntry[]): void {
  if (entries.length > mostEntries)
    throw new ZipError(`The zip holds ${entries.length} files; at most ${mostEntries} are unpacked.`);
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > largestTotalBytes)
    throw new ZipError(`The zip would take ${total} bytes; at most ${largestTotalBytes} are unpacked.`);
  for (const entry of entries) {
    const quoted = JSON.stringify(entry.name);
    if (leaves(entry.name))
      throw new ZipError(`The zip holds ${quoted}, which would land outside of the program's directory.`);
    if (entry.isSymbolicLink) throw new ZipError(`The zip holds the symbolic link ${quoted}; pack the file itself.`);
    if (entry.isEncrypted) throw new ZipError(`The zip is encrypted (${quoted}).`);
    if (entry.method !== 0 && entry.method !== 8)
      throw new ZipError(`The zip packs ${quoted} in a way other than deflate.`);
  }
}

function leaves(name: string): boolean {
  return (
    name === '' ||
    name.startsWith('/') ||
    /^[a-z]:/i.test(name) ||
    name.includes('\0') ||
    name.split('/').includes('..')
  );
}

async function extract(zip: string, entry: ZipEntry, target: string): Promise<void> {
  const start = await contentStart(zip, entry);
  const out = createWriteStream(target, { mode: entry.isExecutable ? 0o755 : 0o644 });
  const packed =
    entry.packedBytes === 0
      ? new PassThrough().end()
      : createReadStream(zip, { start, end: start + entry.packedBytes - 1 });
  const inflated = entry.method === 8 && entry.packedBytes > 0 ? createInflateRaw() : new PassThrough();
  try {
    await pipeline(packed, inflated, exactly(entry), out);
  } catch (error) {
    if (error instanceof ZipError || (error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    throw new ZipError(`The zip is damaged at ${JSON.stringify(entry.name)}.`, { cause: error });
  }
}

/** The local header repeats the name and has extra fields of its own length (APPNOTE 4.3.7). */
async function contentStart(zip: string, { headerOffset }: ZipEntry): Promise<number> {
  const file = await open(zip);
  try {
    const { buffer } = await file.read(Buffer.alloc(localHeaderBytes), 0, localHeaderBytes, headerOffset);
    return headerOffset + localHeaderBytes + buffer.readUInt16LE(26) + buffer.readUInt16LE(28);
  } finally {
    await file.close();
  }
}

/** Lets through just as many bytes as the entry says: an archive may lie to fill the disk. */
function exactly({ name, bytes }: ZipEntry): Transform {
  let seen = 0;
  const wrong = (): ZipError =>
    new ZipError(`The zip is damaged: ${JSON.stringify(name)} is not of the size that it says.`);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > bytes) done(wrong());
      else done(null, chunk);
    },
    flush: (done) => done(seen === bytes ? null : wrong()),
  });
}
