import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { status } from './api-server.js';
import type { Call } from './api-server.js';
import { openKitchen } from './kitchen.js';
import type { Kitchen } from './kitchen.js';

/** What may happen to one request; `none` most of the time. */
const faults: Readonly<Record<string, (call: Call, kitchen: Kitchen) => boolean>> = {
  none: () => false,
  'server error': ({ response }) => (status(response, 500, 'InternalError', 'no'), true),
  'slow down': ({ response }) => (status(response, 429, 'TooManyRequests', 'no', { 'retry-after': '0' }), true),
  expired: ({ response }) => (status(response, 410, 'Expired', 'too old'), true),
  'expired by event': ({ kind, response }) =>
    kind === 'watch' && (response.end(`${JSON.stringify({ type: 'ERROR', object: { code: 410 } })}\n`), true),
  reset: ({ request }) => (request.socket.resetAndDestroy(), true),
  'half an answer': ({ response }) => (response.end('{"type":"ADDED","obj'), true),
  'short life': ({ response }) => (void setTimeout(() => response.end(), 3), false),
  'broken short life': ({ request }) => (void setTimeout(() => request.socket.resetAndDestroy(), 3), false),
  'forgets before answering': (_call, { server }) => (server.forget(), false),
};

const pot = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const step = fc.oneof(
  fc.record({ type: fc.constant('put' as const), pot, fill: fc.string({ maxLength: 3 }) }),
  fc.record({ type: fc.constant('remove' as const), pot }),
  fc.record({ type: fc.constantFrom('bookmark', 'forget', 'end', 'reset', 'wait') as fc.Arbitrary<'bookmark'> }),
);

it('a reflector ends in what the server holds, whatever happens to requests and connections on the way', async () => {
  const script = fc.array(fc.constantFrom(...Object.keys(faults), 'none', 'none'), { maxLength: 12 });
  const firstSync = fc.constantFrom('pages' as const, 'watchList' as const);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), script, firstSync, async (steps, happenings, way) => {
      const kitchen = await openKitchen();
      const { server } = kitchen;
      server.fault = (call) => faults[happenings[server.calls.length - 1] ?? 'none']?.(call, kitchen) ?? false;
      const actions: Readonly<Record<string, () => void | Promise<void>>> = {
        bookmark: () => server.bookmark(),
        forget: () => server.forget(),
        end: () => server.endWatches(),
        reset: () => server.resetConnections(),
        wait: () => new Promise((resolve) => void setTimeout(resolve, 3)),
      };
      kitchen.reflect({ firstSync: way });
      for (const one of steps) {
        if ('fill' in one) server.put(one.pot, one.fill);
        else if ('pot' in one) server.remove(one.pot);
        else await actions[one.type]?.();
      }
      await kitchen.converged();
      expect(kitchen.store.size).toBe(server.pots.size);
      await kitchen[Symbol.asyncDispose]();
    }),
    { numRuns: 100, endOnFailure: true },
  );
});
