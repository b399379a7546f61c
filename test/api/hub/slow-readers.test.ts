import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { until } from '../http/ticking-server.js';
import { clientFrame, openTcp } from './tcp-client.js';
import { everything, NoteReader } from './note-reader.js';
import { withNotes } from './note-server.js';
import type { NoteServer } from './note-server.js';

const limits = { bufferedBytes: 64 * 1024, slowSeconds: 60 };
const large = 'x'.repeat(20_000);

/** Writes until a peer that does not read is behind: kernels take a few megabytes on loopback. */
async function flood(server: NoteServer, canary: NoteReader, isEnough: () => boolean): Promise<void> {
  for (let round = 0; round < 2_000 && !isEnough(); round += 1) {
    server.write(`n${round % 5}`, `${round} ${large}`);
    await until(() => canary.texts[`n${round % 5}`]?.startsWith(`${round} `) === true);
  }
}

describe('a client that does not read', () => {
  it(
    'is told nothing more until it reads, then the newest states, while others go on',
    () =>
      withNotes(
        async (server) => {
          const canary = (await NoteReader.open(server.url, 'ann')).subscribe();
          const sleeper = await openTcp(server.url, 'ann');
          sleeper.subscribe('s', everything);
          await until(() => sleeper.messages().length === 1 && server.streams() === 1);
          sleeper.socket.pause();
          const written = 600;
          let round = 0;
          await flood(server, canary, () => (round += 1) > written);
          sleeper.socket.resume();
          const newest = (id: string) => sleeper.newest().get(id);
          await until(() => [...canary.held].every(([id, { version }]) => newest(id) === version));
          expect(sleeper.messages().length).toBeLessThan(canary.told.length * 0.8);
          expect(sleeper.wentBack()).toEqual([]);
          server.write('end', 'together again');
          await until(() => newest('end') !== undefined && server.streams() === 1);
          sleeper.socket.destroy();
        },
        { limits },
      ),
    60_000,
  );

  it(
    'is closed with 4513 past the deadline, counted, and leaves nothing behind',
    () =>
      withNotes(
        async (server) => {
          const canary = (await NoteReader.open(server.url, 'ann')).subscribe();
          const sleeper = await openTcp(server.url, 'ann');
          sleeper.subscribe('s', everything);
          await until(() => server.http.counts().subscriptions === 2 && server.streams() === 1);
          sleeper.socket.pause();
          await flood(server, canary, () => server.http.counts().slowReaders > 0);
          sleeper.socket.resume();
          await until(() => sleeper.closeCode() === 4513);
          await until(() => server.http.counts().sockets === 1);
          expect(server.http.counts()).toMatchObject({ slowReaders: 1, subscriptions: 1 });
        },
        { limits: { ...limits, slowSeconds: 0.2 } },
      ),
    60_000,
  );

  it(
    'and reads a byte at a time keeps no more than the bound, and slows nobody',
    () =>
      withNotes(
        async (server) => {
          const canary = (await NoteReader.open(server.url, 'ann')).subscribe();
          const url = new URL(server.url);
          const trickle: Socket = connect(Number(url.port), url.hostname);
          const sleeper = await openTcp(server.url, 'ann', trickle);
          sleeper.subscribe('s', everything);
          await until(() => sleeper.messages().length === 1);
          trickle.pause();
          let rounds = 0;
          await flood(server, canary, () => {
            trickle.read(1);
            return (rounds += 1) > 400;
          });
          expect(canary.told.length).toBeGreaterThan(400);
          expect(server.http.counts().slowReaders).toBe(0);
          trickle.destroy();
          await until(() => server.http.counts().sockets === 1);
        },
        { limits },
      ),
    60_000,
  );

  it(
    'is not read from either when answers pile up',
    () =>
      withNotes(
        async (server) => {
          const sleeper = await openTcp(server.url, 'ann');
          sleeper.socket.pause();
          const ping = clientFrame(JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(50_000) } }));
          let isHeldBack = false;
          for (let sent = 0; sent < 2_000 && !isHeldBack; sent += 1) {
            isHeldBack = !sleeper.socket.write(ping) && sleeper.socket.writableLength > 4 * 1024 * 1024;
            await new Promise(setImmediate);
          }
          expect(isHeldBack).toBe(true);
          sleeper.socket.resume();
          await until(() => sleeper.socket.writableLength === 0);
          sleeper.socket.destroy();
        },
        { limits },
      ),
    60_000,
  );
});
