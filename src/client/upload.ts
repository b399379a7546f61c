import type { GladosClient } from './client.js';
import { CreateUploadDocument } from './generated/graphql.js';
import { accepted } from './refusal.js';
import { refusedBy } from './refused-by.js';

/** A file to hand in. */
export interface Upload {
  readonly name: string;
  /** A Blob may stand for bytes that are not in memory. */
  readonly bytes: Uint8Array<ArrayBuffer> | Blob;
  /** Hex; with it, bytes that the server already has are not sent again. */
  readonly sha256?: string;
}

/**
 * Brings a file to the server and resolves to its id.
 *
 * @throws Refusal with FILE… or ARGUMENT_INVALID user errors; RequestError when
 * the server refuses the bytes; TypeError when it cannot be reached.
 */
export async function uploadFile(
  client: GladosClient,
  { name, bytes, sha256 }: Upload,
  signal?: AbortSignal,
): Promise<string> {
  const size = bytes instanceof Uint8Array ? bytes.byteLength : bytes.size;
  const input = { name, size, ...(sha256 === undefined ? {} : { sha256 }) };
  const { createUpload } = await client.request(CreateUploadDocument, { input }, signal);
  const upload = accepted(createUpload.upload, createUpload.userErrors);
  if (upload.complete) return upload.fileId;
  const response = await client.fetch(upload.url, {
    method: 'PUT',
    headers: {
      'content-type': 'application/octet-stream',
      ...(upload.authorization === null ? {} : { authorization: upload.authorization }),
    },
    body: bytes,
    ...(signal ? { signal } : {}),
  });
  if (!response.ok) throw await refusedBy(response);
  await response.body?.cancel();
  return upload.fileId;
}
