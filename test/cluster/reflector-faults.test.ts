import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { status } from './api-server.js';
import type { Call } from './api-server.js';
import { eventually } from './eventually.js';
import { openKitchen, quick } from './kitchen.js';
import type { Kitchen } from './kitchen.js';

let kitchen: Kitchen;
beforeEach(async () => {
  kitchen = await openKitchen();
});
afterEach(() => kitchen[Symbol.asyncDispose]());

describe('a reflector converges', () => {
  it.each<[string, (call: Call) => void]>([
    ['500', ({ response }) => status(response, 500, 'InternalError', 'etcd is away')],
    [
      '401, as when a token has just been rotated',
      ({ response }) => status(response, 401, 'Unauthorized', 'Unauthorized'),
    ],
    ['a page of a proxy', ({ response }) => void response.writeHead(502).end('<html>Bad Gateway</html>')],
    ['a reset before the head', ({ request }) => void request.socket.resetAndDestroy()],
    [
      'a reset after the head',
      ({ request, response }) => void response.write('\n', () => void request.socket.resetAndDestroy()),
    ],
    ['an end at once', ({ response }) => void response.writeHead(200).end()],
    [
      'an ERROR event',
      ({ response }) => void response.end(`${JSON.stringify({ type: 'ERROR', object: { code: 500 } })}\n`),
    ],
    ['half an event', ({ response }) => void response.end('{"type":"ADDED","object":{"metadata":{"na')],
    ['something else than events', ({ response }) => void response.end('"hello"\n42\n')],
  ])('when the first two watches end in %s', async (_fault, break_) => {
    kitchen.onFirstWatches(2, (call) => {
      if (call.number === 1) kitchen.changeEverything();
      break_(call);
    });
    const reflector = await kitchen.begin();
    await eventually(() => kitchen.server.count('watch') > 2);
    await kitchen.converged();
    expect(kitchen.server.pots.get('kept')?.fill).toBe('changed');
    expect(reflector.counts.lists).toBe(1);
    await eventually(() => kitchen.freshness.at(-1)?.staleSince === undefined);
    expect(kitchen.freshness.some(({ staleSince, reason }) => staleSince !== undefined && reason !== undefined)).toBe(
      true,
    );
  });

  it('when the server forgot its version and answers 410', async () => {
    const reflector = await kitchen.begin();
    await kitchen.watches(1);
    kitchen.server.fault = ({ kind, response }) => kind === 'watch' && (response.destroy(), true);
    kitchen.server.endWatches();
    kitchen.changeEverything();
    kitchen.server.forget();
    kitchen.server.fault = () => false;
    await kitchen.converged();
    expect(reflector.counts.lists).toBe(2);
    expect(kitchen.changes.filter(({ type }) => type === 'reset')).toHaveLength(2);
  });

  it('when the watch says 410 in an ERROR event', async () => {
    kitchen.onFirstWatches(1, ({ response }) => {
      kitchen.changeEverything();
      const object = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
      response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
    });
    const reflector = await kitchen.begin();
    await eventually(() => kitchen.server.count('list') === 2);
    await kitchen.converged();
    expect(reflector.counts.lists).toBe(2);
    expect(kitchen.freshness.every(({ staleSince }) => staleSince === undefined)).toBe(true);
  });

  it('when every watch says 410, without a storm of lists', async () => {
    kitchen.server.fault = ({ kind, response }) =>
      kind === 'watch' && (status(response, 410, 'Expired', 'too old'), true);
    const reflector = await kitchen.begin({ timing: { ...quick, minMs: 60_000, maxMs: 120_000 } });
    await eventually(() => reflector.counts.failures === 2);
    expect(kitchen.server.count('list')).toBe(2);
  });

  it('when the token of a list that goes on has expired, and tells no half of that list', async () => {
    for (let index = 0; index < 600; index += 1) kitchen.server.put(`pot ${index}`, 'full');
    kitchen.server.fault = ({ kind, number }) => {
      if (kind === 'list' && number === 2) {
        kitchen.server.put('pot 0', 'changed');
        kitchen.server.forget();
      }
      return false;
    };
    kitchen.reflect();
    await kitchen.converged();
    expect(kitchen.server.count('list')).toBe(4);
    expect(kitchen.changes.filter(({ type }) => type === 'reset')).toHaveLength(1);
  });

  it('when it is told to slow down, and waits as long as it was told', async () => {
    const reflector = await kitchen.begin();
    await kitchen.watches(1);
    const times: number[] = [];
    kitchen.server.fault = ({ kind, response }) => {
      if (kind === 'watch') times.push(Date.now());
      if (kind === 'list' || times.length > 1) return false;
      status(response, 429, 'TooManyRequests', 'slow down', { 'retry-after': '0.3' });
      return true;
    };
    kitchen.changeEverything();
    kitchen.server.endWatches();
    await eventually(() => times.length === 2);
    await kitchen.converged();
    expect(Number(times[1]) - Number(times[0])).toBeGreaterThanOrEqual(295);
    expect(reflector.counts.lists).toBe(1);
  });

  it.each(['4000000000', 'Fri, 31 Dec 9999 23:59:59 GMT'])(
    'when it is told to wait beyond all measure (%s), and waits as long as is sensible',
    async (retryAfter) => {
      const times: number[] = [];
      kitchen.onFirstWatches(2, ({ response }) => {
        times.push(Date.now());
        status(response, 503, 'ServiceUnavailable', 'closed for repair', { 'retry-after': retryAfter });
      });
      await kitchen.begin({ timing: { ...quick, toldMaxMs: 100 } });
      kitchen.changeEverything();
      await kitchen.converged();
      expect(Number(times[1]) - Number(times[0])).toBeGreaterThanOrEqual(95);
    },
  );

  it('when the server is away for a while, without listing anew', async () => {
    const reflector = await kitchen.begin();
    const port = Number(new URL(kitchen.connection.server).port);
    await kitchen.watches(1);
    await kitchen.server.close();
    await eventually(() => reflector.counts.failures > 12);
    expect(kitchen.freshness.at(-1)?.reason).toMatch(/ECONNREFUSED/);
    kitchen.changeEverything();
    await kitchen.server.listen(port);
    await kitchen.converged();
    expect(reflector.counts.lists).toBe(1);
    await eventually(() => kitchen.freshness.at(-1)?.staleSince === undefined);
  });

  it('when a socket is half open: nothing comes and nothing breaks', async () => {
    kitchen.onFirstWatches(1, ({ response }) => response.writeHead(200).flushHeaders());
    await kitchen.begin({ timing: { ...quick, bookmarkMs: 40, slackMs: 20 } });
    kitchen.changeEverything();
    await kitchen.converged();
    expect(kitchen.freshness.some(({ reason }) => reason?.startsWith('nothing was heard'))).toBe(true);
  });

  it('when the server does not even answer the watch', async () => {
    kitchen.onFirstWatches(1, () => undefined);
    await kitchen.begin({ timing: { ...quick, bookmarkMs: 40, slackMs: 20 } });
    kitchen.changeEverything();
    await kitchen.converged();
    expect(kitchen.server.count('list')).toBe(1);
  });

  it('when the server does not end a watch as it promised', async () => {
    await kitchen.begin({ timing: { ...quick, watchMinSeconds: 0.02, random: () => 0, slackMs: 30 } });
    await eventually(() => kitchen.server.count('watch') >= 3);
    kitchen.changeEverything();
    await kitchen.converged();
    expect(kitchen.freshness.some(({ reason }) => reason === 'the watch was not ended when it was promised')).toBe(
      true,
    );
    expect(kitchen.server.count('list')).toBe(1);
  });

  it('when something on the way closes every watch after a moment', async () => {
    kitchen.server.fault = ({ kind, response }) => {
      if (kind === 'watch') setTimeout(() => response.end(), 10);
      return false;
    };
    await kitchen.begin();
    for (let round = 0; round < 40; round += 1) {
      kitchen.server.put('kept', `round ${round}`);
      kitchen.server.put(`pot ${round % 7}`, `round ${round}`);
      kitchen.server.remove(`pot ${(round + 3) % 7}`);
      await new Promise((resolve) => void setTimeout(resolve, 3));
    }
    await kitchen.converged();
    expect(kitchen.server.count('list')).toBeLessThan(10);
  });

  it('when connections are reset again and again in the middle of events', async () => {
    await kitchen.begin();
    for (let round = 0; round < 200; round += 1) {
      kitchen.server.put('kept', `round ${round} ${'x'.repeat(2_000)}`);
      if (round % 20 === 0) kitchen.server.resetConnections();
      if (round % 5 === 0) await new Promise((resolve) => void setTimeout(resolve, 1));
    }
    await kitchen.converged();
  });

  it('when a line has a megabyte, and a character lies across its chunks', async () => {
    await kitchen.begin();
    await kitchen.watches(1);
    kitchen.server.put('kept', `\u2028${'ä€😀'.repeat(120_000)}`);
    await kitchen.converged();
  });
});
