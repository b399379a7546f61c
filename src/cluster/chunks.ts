import type { Readable } from 'node:stream';

/**
 * Gives every chunk of a stream to `take`, in order, and resolves at its end.
 *
 * Iterating a stream joins the chunks that have piled up, which copies every byte
 * once more; here they come as they were received.
 *
 * @param take No more comes until a promise that it returns is kept; when it fails, the stream is destroyed.
 * @throws whatever ended the stream, or `take` threw
 */
export function eachChunk(stream: Readable, take: (chunk: Buffer) => void | Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      reject(error);
      stream.destroy();
    };
    stream.on('data', (chunk: Buffer) => {
      try {
        const taken = take(chunk);
        if (!taken) return;
        stream.pause();
        taken.then(() => stream.resume(), fail);
      } catch (error) {
        fail(error);
      }
    });
    stream.once('end', resolve);
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('the stream was closed before its end')));
  });
}
