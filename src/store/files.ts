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
}

/** One row for each distinct content of an owner: the unique _id decides between two uploads of the same bytes. */
interface BlobRow {
  readonly _id: string;
  readonly blobId: ObjectId;
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
export function createFiles({ db }: Database) {
  const rows = db.collection<FileRow>('files');
  const blobs = db.collection<BlobRow>('blobs');
  const bucket = new GridFSBucket(db, { bucketName: 'fs' });

  async function complete(id: string, sha256: string, size: number, blobId: ObjectId): Promise<StoredFile> {
    const row = await rows.findOneAndUpdate(
      { _id: id },
      { $set: { sha256, size, blobId } },
      { returnDocument: 'after' },
    );
    if (!row) throw unknown(id);
    return toFile(row);
  }

  /** The one stored copy of these bytes: `fresh`, or the one that was there before, and then `fresh` is dropped. */
  async function settle(owner: string, sha256: string, fresh: ObjectId): Promise<ObjectId> {
    const key = `${owner}:${sha256}`;
    const row = await blobs.findOneAndUpdate(
      { _id: key },
      { $setOnInsert: { blobId: fresh } },
      { upsert: true, returnDocument: 'after' },
    );
    const kept = row?.blobId ?? fresh;
    if (!kept.equals(fresh)) await bucket.delete(fresh);
    return kept;
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
      const known = sha256 ? await blobs.findOne({ _id: `${owner}:${sha256.toLowerCase()}` }) : null;
      const token = randomBytes(32).toString('base64url');
      const expiresAt = new Date(now + uploadLifetimeMs);
      const _id = randomBytes(12).toString('hex');
      const row: FileRow = { _id, owner, name, size, createdAt: new Date(now), expiresAt, tokenHash: hash(token) };
      const announced = sha256?.toLowerCase();
      await rows.insertOne({
        ...row,
        ...(announced === undefined ? {} : { announced }),
        ...(announced !== undefined && known ? { sha256: announced, blobId: known.blobId } : {}),
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
      return complete(id, sha256, size, await settle(row.owner, sha256, blobId));
    },

    /** Resolves to undefined when there is no such file, or not all of its bytes. */
    async get(id: string): Promise<StoredFile | undefined> {
      const row = await rows.findOne({ _id: id });
      return row?.blobId ? toFile(row) : undefined;
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
