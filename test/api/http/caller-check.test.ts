import { describe, expect, it } from '@jest/globals';
import { HttpRefusal } from '../../../src/api/http/refusal.js';
import { openRaw, openReady, subscribeTo } from './raw-socket.js';
import { until, withTicking } from './ticking-server.js';

/** Who is refused, and how often each was asked for. */
function openDoor() {
  const refused = new Map<string, Error>();
  const asked: string[] = [];
  return {
    refused,
    asked,
    contextFor: async ({ authorization = 'nobody' }: { authorization?: string }) => {
      asked.push(authorization);
      const refusal = refused.get(authorization);
      if (refusal) throw refusal;
      return { name: authorization };
    },
  };
}

const notKnown = new HttpRefusal(401, 'UNAUTHENTICATED', 'This token is not known here.');
const cutOff = { code: 4403, reason: 'Your token is not good any more.' };

describe('who is connected, looked at again', () => {
  it('is cut off with 4403 when his token is not good any more; his streams end, others go on', async () => {
    const { refused, contextFor } = openDoor();
    await withTicking({ contextFor }, async ({ server, sources, tick }) => {
      const [kept, lost] = [await openReady(server.url), await openReady(server.url, { authorization: 'Bearer a' })];
      for (const socket of [kept, lost]) subscribeTo(socket, '1', 'subscription { ticks }');
      await until(() => sources.size === 2);
      await server.checkCallers();
      refused.set('Bearer a', notKnown);
      await server.checkCallers();
      tick(7);
      expect(await lost.closed).toEqual(cutOff);
      await until(() => sources.size === 1);
      expect((await kept.message(({ type }) => type === 'next')).payload).toEqual({ data: { ticks: 7 } });
      expect(lost.received.filter(({ type }) => type === 'next')).toEqual([]);
    });
  });

  it('is asked for once, however many sockets and subscriptions a token has', async () => {
    const { asked, contextFor } = openDoor();
    await withTicking({ contextFor }, async ({ server, sources }) => {
      for (const headers of [{ authorization: 'Bearer a' }, {}]) {
        const sockets = await Promise.all(Array.from({ length: 3 }, () => openReady(server.url, {}, { headers })));
        for (const socket of sockets) for (const id of ['1', '2']) subscribeTo(socket, id, 'subscription { ticks }');
      }
      await openRaw(server.url);
      await until(() => sources.size === 12);
      asked.length = 0;
      await server.checkCallers();
      expect(asked.toSorted()).toEqual(['Bearer a', 'nobody']);
    });
  });

  it('stays when it cannot be said whether he may', async () => {
    const { refused, contextFor } = openDoor();
    await withTicking({ contextFor }, async ({ server, tick, sources }) => {
      const socket = await openReady(server.url);
      subscribeTo(socket, '1', 'subscription { ticks }');
      await until(() => sources.size === 1);
      refused.set('nobody', new Error('The database is away.'));
      await server.checkCallers();
      tick(1);
      expect((await socket.message(({ type }) => type === 'next')).payload).toEqual({ data: { ticks: 1 } });
    });
  });

  it('is let go of within a second or so when he does not answer that his socket is closed', async () => {
    const { refused, contextFor } = openDoor();
    await withTicking({ contextFor }, async ({ server, sources }) => {
      const socket = await openReady(server.url);
      subscribeTo(socket, '1', 'subscription { ticks }');
      await until(() => sources.size === 1);
      socket.pause();
      refused.set('nobody', notKnown);
      await server.checkCallers();
      await until(() => sources.size === 0 && server.counts().sockets === 0);
    });
  });
});
