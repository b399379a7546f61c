import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { WebSocket } from 'ws';
import { createClient } from '../../src/client/client.js';
import { createPodWorld, stateOf } from './pod-world.js';
import { startStreamServer } from './stream-server.js';
import { startTcpProxy } from './tcp-proxy.js';
import { when } from './when.js';

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g');
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ put: id, status: fc.constantFrom('Pending', 'Running', 'Completed') }) },
  { weight: 2, arbitrary: fc.record({ remove: id }) },
  { weight: 2, arbitrary: fc.record({ cut: fc.array(fc.integer({ min: 1, max: 4_000 }), { maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.constant({ freeze: true }) },
  { weight: 1, arbitrary: fc.constant({ forget: true }) },
  { weight: 2, arbitrary: fc.constant({ settle: true }) },
);

describe('the store of a stream, whatever happens', () => {
  let server: Awaited<ReturnType<typeof startStreamServer>>;
  let proxy: Awaited<ReturnType<typeof startTcpProxy>>;

  beforeAll(async () => {
    server = await startStreamServer();
    proxy = await startTcpProxy(Number(new URL(server.url).port));
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it('shows as whole only what has been, and ends equal to the server', async () => {
    const world = createPodWorld(server);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        await using client = createClient({
          url: proxy.url,
          webSocket: WebSocket,
          backoff: { baseMilliseconds: 1, capMilliseconds: 2 },
          keepAlive: { openMilliseconds: 500, quietMilliseconds: 20, answerMilliseconds: 200 },
        });
        const { store } = client.podsChanged();
        const lies: string[] = [];
        store.subscribe(() => {
          if (store.current.synced && !world.wasOnce(store.current.pods)) lies.push(stateOf(store.current.pods));
        });
        const settled = () =>
          when(store, ({ pods, synced, interrupted }) => {
            return synced && interrupted === undefined && stateOf(pods) === stateOf(world.pods);
          });
        for (const one of steps) {
          if ('put' in one) world.put(one.put, one.status);
          else if ('remove' in one) world.remove(one.remove);
          else if ('freeze' in one) proxy.freeze();
          else if ('forget' in one) world.forgetCursors();
          else if ('settle' in one) await settled();
          else {
            proxy.cutNext(...one.cut.map((down) => ({ down })));
            proxy.cutAll();
          }
        }
        await settled();
        expect(lies).toEqual([]);
      }),
      { numRuns: Number(process.env.GLADOS_HISTORIES ?? 60) },
    );
  }, 600_000);
});
