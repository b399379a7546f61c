import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makePod } from './pods.js';

/**
 * An API server that holds N pods and says so as fast as it is read.
 *
 * Namespace `bench`: lists, in pages when asked, and watch lists. Namespace
 * `stream-E`: an empty list, and watches of E events, each of which changes its pod.
 */
const count = Number(process.argv[2]);
const pods = Array.from({ length: count }, (_, index) => Buffer.from(JSON.stringify(makePod(index, 1000 + index))));
const opening = Buffer.from('{"type":"ADDED","object":');
const bookmark = { metadata: { resourceVersion: '9', annotations: { 'k8s.io/initial-events-end': 'true' } } };

async function writeAll(response: ServerResponse, pieces: Iterable<Buffer>): Promise<void> {
  for (const piece of pieces) {
    if (response.destroyed) return;
    if (!response.write(piece)) {
      await new Promise<void>((resolve) => {
        const goOn = (): void => {
          response.off('drain', goOn).off('close', goOn);
          resolve();
        };
        response.on('drain', goOn).on('close', goOn);
      });
    }
  }
}

function* eventsOf(total: number): Generator<Buffer> {
  const lines = [0, 1, 2].flatMap((version) =>
    Array.from({ length: Math.min(count, 2_000) }, (_, index) =>
      Buffer.from(`${JSON.stringify({ type: 'MODIFIED', object: makePod(index, 3_000 + version) })}\n`),
    ),
  );
  for (let sent = 0; sent < total; sent += 10) {
    const first = sent % lines.length;
    yield Buffer.concat(lines.slice(first, first + Math.min(10, total - sent)));
  }
}

function* itemsOf(from: number, to: number): Generator<Buffer> {
  for (let index = from; index < to; index += 1) {
    yield Buffer.concat([pods[index] as Buffer, Buffer.from(index + 1 < to ? ',' : '')]);
  }
}

function* addedOf(): Generator<Buffer> {
  for (const pod of pods) yield Buffer.concat([opening, pod, Buffer.from('}\n')]);
  yield Buffer.from(`${JSON.stringify({ type: 'BOOKMARK', object: bookmark })}\n`);
}

async function list(response: ServerResponse, query: URLSearchParams, total: number): Promise<void> {
  const from = Number(query.get('continue') ?? 0);
  const to = Math.min(total, from + Number(query.get('limit') ?? total));
  const metadata = { resourceVersion: '9', ...(to < total && { continue: String(to) }) };
  response.write(`{"kind":"PodList","apiVersion":"v1","metadata":${JSON.stringify(metadata)},"items":[`);
  await writeAll(response, itemsOf(from, to));
  response.end(']}');
}

const server = createServer((request, response) => {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://server');
  const events = /stream-(\d+)/.exec(pathname)?.[1];
  response.setHeader('content-type', 'application/json');
  if (query.get('watch') !== 'true') void list(response, query, events === undefined ? count : 0);
  else if (events !== undefined) void writeAll(response, eventsOf(Number(events))).then(() => response.end());
  else if (query.get('sendInitialEvents') === 'true') void writeAll(response, addedOf());
  else response.flushHeaders();
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
