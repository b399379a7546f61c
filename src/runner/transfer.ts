import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { RequestError } from '../client/request.js';

/** Without a byte moving for so long, a transfer counts as broken. */
const idleMilliseconds = 60_000;

/**
 * Fetches a file to `path`, streamed.
 *
 * @throws RequestError when the server refuses, TypeError when it cannot be reached or the transfer breaks off
 */
export async function download(url: string, token: string, path: string): Promise<void> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok || !response.body) throw new RequestError(response.status, await refusal(response));
  try {
    await pipeline(Readable.fromWeb(response.body as ReadableStream), createWriteStream(path));
  } catch (error) {
    throw new TypeError('The download broke off', { cause: error });
  }
  const expected = response.headers.get('content-length');
  if (expected === null || response.headers.get('content-encoding') !== null) return;
  const { size } = await stat(path);
  if (size !== Number(expected))
    throw new TypeError('The download broke off', { cause: `${size} of ${expected} bytes` });
}

/**
 * PUTs a file, streamed, with its length. Not by `fetch`, which sends streams in
 * chunks of unknown length.
 *
 * @throws RequestError when the server refuses, TypeError when it cannot be reached
 */
export async function upload(url: string, token: string, path: string, bytes: number): Promise<void> {
  const { request } = await (url.startsWith('https:') ? import('node:https') : import('node:http'));
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'text/plain; charset=utf-8',
    'content-length': bytes,
  };
  const status = await new Promise<number>((resolve, reject) => {
    const sending = request(url, { method: 'PUT', headers, timeout: idleMilliseconds }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0)).on('error', reject);
    });
    sending.on('timeout', () => sending.destroy(new Error('No byte moved for a minute')));
    sending.on('error', reject);
    // The request ends in the callbacks above, also when this pipe fails.
    pipeline(createReadStream(path), sending).catch(reject);
  }).catch((error: unknown) => {
    throw new TypeError('The upload broke off', { cause: error });
  });
  if (status < 200 || status > 299) throw new RequestError(status, [{ message: `HTTP ${status}` }]);
}

async function refusal(response: Response): Promise<{ message: string }[]> {
  const text = (await response.text().catch(() => '')).slice(0, 200);
  return [{ message: `HTTP ${response.status} ${text}`.trim() }];
}
