import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makePod, objectCount } from './fan-things.js';
import { makePod as makeRawPod } from './pods.js';

/** An API server with ten pods that change one after another, on command; each change says in its node's name when it was made. */
const watches = new Set<ServerResponse>();
const rawPods = Array.from({ length: objectCount }, (_, index) => makeRawPod(index, 1_000) as { spec: object });

function event(number: number): string {
  const raw = rawPods[number % objectCount];
  const object = { ...raw, spec: { ...raw?.spec, nodeName: makePod(number).status } };
  return `${JSON.stringify({ type: 'MODIFIED', object })}\n`;
}

const server = createServer((request, response) => {
  const { searchParams: query } = new URL(request.url ?? '/', 'http://server');
  response.setHeader('content-type', 'application/json');
  if (query.get('watch') !== 'true') {
    const items = rawPods.map((pod) => JSON.stringify(pod)).join();
    response.end(`{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"9"},"items":[${items}]}`);
    return;
  }
  response.flushHeaders();
  watches.add(response);
  response.once('close', () => watches.delete(response));
});

process.on('message', ({ count, everyMs }: { count: number; everyMs: number }) => {
  let number = 0;
  const timer = setInterval(() => {
    const text = event(number);
    for (const watch of watches) watch.write(text);
    number += 1;
    if (number < count) return;
    clearInterval(timer);
    process.send?.({ done: true });
  }, everyMs);
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
