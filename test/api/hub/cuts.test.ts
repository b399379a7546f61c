import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { until } from '../http/ticking-server.js';
import { everything, NoteReader } from './note-reader.js';
import { withNotes } from './note-server.js';
import { clientFrame } from './tcp-client.js';

const upgrade = [
  'GET /graphql HTTP/1.1',
  'Host: 127.0.0.1',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  'Sec-WebSocket-Protocol: graphql-transport-ws',
  '',
  '',
].join('\r\n');
const conversation = [
  Buffer.from(upgrade),
  clientFrame(JSON.stringify({ type: 'connection_init' })),
  clientFrame(JSON.stringify({ id: 's', type: 'subscribe', payload: { query: everything } })),
  clientFrame(JSON.stringify({ id: 's', type: 'complete' })),
];
/** At the end of every frame, behind its first bytes, and in its middle. */
const places = conversation.flatMap((frame, index) => {
  const start = Buffer.concat(conversation.slice(0, index)).length;
  return [start + 1, start + 2, start + 5, start + (frame.length >> 1), start + frame.length - 1, start + frame.length];
});

describe('a socket that is cut', () => {
  it('anywhere in what the client says leaves nothing behind and harms no other', () =>
    withNotes(async (server) => {
      server.write('1', 'first');
      const other = (await NoteReader.open(server.url, 'ann')).subscribe();
      await until(() => other.told.length === 1);
      const { port } = new URL(server.url);
      for (const place of places) {
        const socket = connect(Number(port), '127.0.0.1');
        socket.on('error', () => {
          /* It is cut on purpose. */
        });
        const said = Buffer.concat(conversation).subarray(0, place);
        await new Promise<void>((resolve) => void socket.write(said, () => resolve()));
        await new Promise(setImmediate);
        socket.resetAndDestroy();
      }
      server.write('2', 'second');
      await until(() => other.held.has('2'));
      await until(() => server.http.counts().sockets === 1 && server.streams() === 1);
      expect(server.http.counts()).toMatchObject({ subscriptions: 1, groups: 1 });
    }));

  it('anywhere in what it is told leaves nothing behind, and resumes without a gap', () =>
    withNotes(
      async (server) => {
        for (let id = 0; id < 30; id += 1) server.write(`n${id}`, `${id}`);
        for (let cutAfter = 1; cutAfter <= 4; cutAfter += 1) {
          const first = (await NoteReader.open(server.url, 'ann')).subscribe();
          await until(() => first.told.length >= cutAfter);
          first.socket.cut();
          server.write(`n${cutAfter}`, `new ${cutAfter}`);
          server.erase(`n${20 + cutAfter}`);
          const second = await NoteReader.open(server.url, 'ann');
          for (const [id, note] of first.held) second.held.set(id, note);
          second.subscribe({ after: first.cursor });
          await until(() => second.held.size === 30 - cutAfter && second.texts[`n${cutAfter}`] === `new ${cutAfter}`);
          expect(second.held.has(`n${20 + cutAfter}`)).toBe(false);
          second.socket.cut();
        }
        await until(() => server.streams() === 0 && server.http.counts().sockets === 0);
      },
      {},
      7,
    ));
});

describe('5,000 subscriptions that have ended', () => {
  it('leave no stream, group, listener or socket behind', () =>
    withNotes(
      async (server) => {
        server.write('1', 'first');
        for (let round = 0; round < 5; round += 1) {
          const readers = await Promise.all(Array.from({ length: 10 }, () => NoteReader.open(server.url, 'ann')));
          for (const { socket } of readers) {
            for (let id = 0; id < 100; id += 1) {
              const variables = { prefix: id % 2 === 0 ? '' : String(id) };
              socket.say({ id: `${id}`, type: 'subscribe', payload: { query: everything, variables } });
            }
          }
          await until(() => server.http.counts().subscriptions === 1_000);
          server.write('1', `round ${round}`);
          for (const { socket } of readers) socket.cut();
          await until(() => server.http.counts().subscriptions === 0);
        }
        expect(server.http.counts()).toEqual({ sockets: 0, subscriptions: 0, groups: 0, slowReaders: 0 });
        await until(() => server.streams() === 0);
      },
      { limits: { messageBurst: 1_000 } },
    ));
});
