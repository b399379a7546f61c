import { describe, expect, it } from '@jest/globals';
import { until } from '../http/ticking-server.js';
import { shiftClock } from '../../support/shifted-clock.js';
import { everything, NoteReader } from './note-reader.js';
import { withNotes } from './note-server.js';
import { openTcp } from './tcp-client.js';

const hourMs = 3_600_000;

describe.each([
  ['back', -hourMs],
  ['forward', hourMs],
])('a clock that is set %s by an hour', (_way, shiftMs) => {
  it('neither stops nor hastens a subscription with maxRate', () =>
    withNotes(async (server) => {
      const reader = (await NoteReader.open(server.url, 'ann')).subscribe({ maxRate: 20 });
      await until(() => reader.told.length === 1);
      using _shifted = shiftClock(shiftMs);
      const begun = performance.now();
      for (let text = 0; text < 100; text += 1) {
        server.write('1', `${text}`);
        await new Promise(setImmediate);
      }
      await until(() => reader.texts['1'] === '99');
      const most = Math.ceil((performance.now() - begun) / 50) + 1;
      expect(reader.told.length - 1).toBeLessThanOrEqual(most);
    }));

  it('neither saves nor hastens the end of a client that does not read', () =>
    withNotes(
      async (server) => {
        const sleeper = await openTcp(server.url, 'ann');
        sleeper.subscribe('s', everything);
        await until(() => sleeper.messages().length === 1);
        sleeper.socket.pause();
        const begun = performance.now();
        server.write('1', 'x'.repeat(16_000_000));
        await until(() => server.rendered() > 0);
        using _shifted = shiftClock(shiftMs);
        await until(() => server.http.counts().slowReaders === 1);
        expect(performance.now() - begun).toBeGreaterThan(499);
        sleeper.socket.resume();
        await until(() => server.http.counts().sockets === 0);
      },
      { limits: { bufferedBytes: 64 * 1024, slowSeconds: 0.5 } },
    ));

  it('holds nobody back who says as much as he may', () =>
    withNotes(async (server) => {
      const reader = (await NoteReader.open(server.url, 'ann')).subscribe();
      await until(() => reader.told.length === 1);
      using _shifted = shiftClock(shiftMs);
      for (let round = 0; round < 900; round += 1) reader.socket.say({ type: 'ping' });
      await until(() => reader.socket.received.filter(({ type }) => type === 'pong').length === 900);
    }));
});
