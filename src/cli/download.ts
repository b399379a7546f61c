import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { GladosClient } from '../client/client.js';
import { refusedBy } from '../client/refused-by.js';
import type { Out } from './out.js';

async function open(client: GladosClient, address: string, signal?: AbortSignal): Promise<Readable> {
  const response = await client.fetch(address, signal ? { signal } : {});
  if (!response.ok || !response.body) throw await refusedBy(response);
  return Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
}

/** Streams what is at an address of the API into a file, which is replaced only when all of it has arrived. @throws RequestError, or an error of the file system */
export async function saveDownload(
  client: GladosClient,
  address: string,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  const partial = `${path}.part`;
  try {
    await pipeline(await open(client, address, signal), createWriteStream(partial));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Streams text at an address of the API to an output, as it is. */
export async function printDownload(client: GladosClient, address: string, out: Pick<Out, 'write'>): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of await open(client, address))
    out.write(decoder.decode(chunk as Uint8Array, { stream: true }));
  out.write(decoder.decode());
}
