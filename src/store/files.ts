import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GridFSBucket, ObjectId } from 'mongodb';
import { DomainError } from '../model/errors.js';
import type { StoredFile } from '../model/file.js';
import type { Database } from './database.js';
import { contentTypeOf } from './content-type.js';

interface FileRow {
  readonly _id: string;
  readonly owner: string;
  readonly name: string;
  readonly size: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** SHA-256 of the upload token, hex. */
  readonly tokenHash: string;
  /** As announced; bytes with another one are refused. */
  readonly announced?: string;
  /** Both are set once all bytes are there. */
  readonly sha256?: string;
  readonly blobId?: ObjectId;
  /** How many experiments were begun with it. */
  readonly uses?: number;
}

/** One row for each distinct content of an owner: the unique _id decides between two uploads of the same bytes. */
interface BlobRow {
  readonly _id: string;
  readonly blobId: ObjectId;
  /** How often it was named: written so that two who decide about it conflict. */
  readonly uses?: number;
}

export interface OpenUpload {
  readonly fileId: string;
  /** Plain; only its hash is kept. */
  readonly token: string;
  /** RFC 3339. */
  readonly expiresAt: string;
  readonly complete: boolean;
}

export type Files = ReturnType<typeof createFiles>;

const uploadLifetimeMs = 24 * 3600_000;
const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** Uploaded files: a row each, bytes in GridFS, the same bytes of one owner stored once. */
export function createFiles({ db, transaction }: Database) {
  const rows = db.collection<FileRow>('files');
  const blobs = db.collection<BlobRow>('blobs');
  const bucket = new GridFSBucket(db, { bucketName: 'fs' });

  /**
   * Gives a file the one stored copy of its bytes: `fresh`, or the one that was there before, and then `fresh` is
   * dropped. Who takes bytes away meanwhile, because nobody names them, conflicts here.
   */
  async function complete(row: FileRow, size: number, sha256: string, fresh: ObjectId): Promise<StoredFile> {
    const { file, blobId } = await transaction(async (session) => {
      const blob = await blobs.findOneAndUpdate(
        { _id: `${row.owner}:${sha256}` },
        { $setOnInsert: { blobId: fresh }, $inc: { uses: 1 } },
        { upsert: true, returnDocument: 'after', session },
      );
      const kept = blob?.blobId ?? fresh;
      const after = await rows.findOneAndUpdate(
        { _id: row._id },
        { $set: { sha256, size, blobId: kept } },
        { returnDocument: 'after', session },
      );
      return { file: after, blobId: kept };
    });
    if (!file) throw unknown(row._id);
    if (!blobId.equals(fresh)) await bucket.delete(fresh);
    return toFile(file);
  }

  return {
    /** Opens an upload; `complete` at once when `sha256` names bytes that this owner has stored already. */
    async open(request: {
      name: string;
      size: number;
      sha256?: string;
      owner: string;
      now: number;
    }): Promise<OpenUpload> {
      const { name, size, sha256, owner, now } = request;
      const token = randomBytes(32).toString('base64url');
      const expiresAt = new Date(now + uploadLifetimeMs);
      const _id = randomBytes(12).toString('hex');
      const row: FileRow = { _id, owner, name, size, createdAt: new Date(now), expiresAt, tokenHash: hash(token) };
      const announced = sha256?.toLowerCase();
      const known = await transaction(async (session) => {
        const blob =
          announced === undefined
            ? null
            : await blobs.findOneAndUpdate({ _id: `${owner}:${announced}` }, { $inc: { uses: 1 } }, { session });
        const more = announced === undefined ? {} : { announced };
        const stored = announced !== undefined && blob ? { sha256: announced, blobId: blob.blobId } : {};
        await rows.insertOne({ ...row, ...more, ...stored }, { session });
        return blob;
      });
      return { fileId: _id, token, expiresAt: expiresAt.toISOString(), complete: known !== null };
    },

    /** True when `token` may send the bytes of this file. */
    async mayReceive(id: string, token: string, now: number): Promise<boolean> {
      const row = await rows.findOne({ _id: id });
      if (!row || row.expiresAt.getTime() < now) return false;
      return timingSafeEqual(Buffer.from(row.tokenHash, 'hex'), Buffer.from(hash(token), 'hex'));
    },

    /**
     * Stores the bytes of an opened upload as they come; memory does not grow with them.
     *
     * @throws DomainError FILE_NOT_FOUND; ARGUMENT_INVALID when they are not what was announced
     */
    async receive(id: string, body: Readable): Promise<StoredFile> {
      const row = await rows.findOne({ _id: id });
      if (!row) throw unknown(id);
      if (row.blobId) {
        body.resume();
        return toFile(row);
      }
      const digest = createHash('sha256');
      let size = 0;
      const blobId = new ObjectId();
      const counted = async function* (source: AsyncIterable<Buffer>) {
        for await (const chunk of source) {
          size += chunk.length;
          if (size > row.size) throw wrongSize(row, `more than ${row.size}`);
          digest.update(chunk);
          yield chunk;
        }
        if (size < row.size) throw wrongSize(row, `only ${size}`);
      };
      await pipeline(body, counted, bucket.openUploadStreamWithId(blobId, row.name));
      const sha256 = digest.digest('hex');
      if (row.announced !== undefined && row.announced !== sha256) {
        await bucket.delete(blobId);
        throw wrongBytes(row);
      }
      return complete(row, size, sha256, blobId);
    },

    /** Resolves to undefined when there is no such file, or not all of its bytes. */
    async get(id: string): Promise<StoredFile | undefined> {
      const row = await rows.findOne({ _id: id });
      return row?.blobId ? toFile(row) : undefined;
    },

    /** Says that an experiment now runs this file. @returns false when it is gone: whoever asks comes too late */
    async use(id: string): Promise<boolean> {
      const { matchedCount } = await rows.updateOne({ _id: id, blobId: { $exists: true } }, { $inc: { uses: 1 } });
      return matchedCount === 1;
    },

    /** True when an upload was opened under this id, whether or not its bytes have come. */
    async wasOpened(id: string): Promise<boolean> {
      return (await rows.findOne({ _id: id }, { projection: { _id: 1 } })) !== null;
    },

    /** The bytes of a file. @throws DomainError FILE_NOT_FOUND */
    async read(id: string): Promise<Readable> {
      const row = await rows.findOne({ _id: id });
      if (!row?.blobId) throw unknown(id);
      return bucket.openDownloadStream(row.blobId);
    },
  };
}

function toFile(row: FileRow): StoredFile {
  return {
    id: row._id,
    name: row.name,
    size: row.size,
    sha256: row.sha256 ?? '',
    contentType: contentTypeOf(row.name),
    createdAt: row.createdAt.toISOString(),
  };
}

function unknown(id: string): DomainError {
  return new DomainError({ code: 'FILE_NOT_FOUND', message: `There is no file "${id}".` });
}

function wrongBytes({ name }: FileRow): DomainError {
  return new DomainError({
    code: 'ARGUMENT_INVALID',
    message: `The bytes of "${name}" do not have the SHA-256 that was announced.`,
    field: ['sha256'],
  });
}

function wrongSize(row: FileRow, came: string): DomainError {
  return new DomainError({
    code: 'ARGUMENT_INVALID',
    message: `The upload of "${row.name}" was announced with ${row.size} bytes, and ${came} came.`,
    field: ['size'],
  });
}
