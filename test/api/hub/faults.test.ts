import { describe, expect, it } from '@jest/globals';
import { openReady, subscribeTo } from '../http/raw-socket.js';
import { until } from '../http/ticking-server.js';
import { everything, NoteReader, type Told } from './note-reader.js';
import { withNotes } from './note-server.js';
import { clientFrame, openTcp } from './tcp-client.js';

const nested = (depth: number) => `{ ${'a: __type(name: "Note") { '.repeat(depth)}name ${'} '.repeat(depth)}}`;
const aliased = (count: number) => `{ ${Array.from({ length: count }, (_, index) => `a${index}: hello`).join(' ')} }`;

describe('a socket on which a subscription runs', () => {
  it.each([
    ['does not parse', '{ hello', 'Syntax Error: Expected Name, found <EOF>.'],
    ['is 1,000 deep', nested(1_000), expect.any(String)],
    ['has 10,000 aliases', aliased(10_000), 'Syntax Error: Document contains more that 5000 tokens. Parsing aborted.'],
  ])('goes on after a document that %s, which is refused for its id', (_what, query, message) =>
    withNotes(async (server) => {
      const reader = (await NoteReader.open(server.url, 'ann')).subscribe();
      await until(() => reader.told.length === 1);
      subscribeTo(reader.socket, 'bad', query);
      const refused = await reader.socket.message(({ type }) => type === 'error');
      expect(refused).toMatchObject({ id: 'bad', payload: [{ message }] });
      server.write('1', 'still here');
      await until(() => reader.texts['1'] === 'still here');
    }),
  );

  it('is closed with 4409 when its id is used a second time, and leaves nothing behind', () =>
    withNotes(async (server) => {
      const reader = (await NoteReader.open(server.url, 'ann')).subscribe();
      await until(() => reader.told.length === 1);
      reader.subscribe({ prefix: 'x' });
      expect((await reader.socket.closed).code).toBe(4409);
      await until(() => server.streams() === 0);
      expect(server.http.counts()).toMatchObject({ sockets: 0, subscriptions: 0, groups: 0 });
    }));

  it('that asks for 5,000 is answered for each: 100 are told everything, the others are refused', () =>
    withNotes(
      async (server) => {
        const socket = await openReady(server.url, { authorization: 'ann' });
        for (let id = 0; id < 5_000; id += 1) subscribeTo(socket, String(id), everything);
        await until(() => socket.received.filter(({ type }) => type === 'error').length === 4_900);
        expect(server.http.counts().subscriptions).toBe(100);
        server.write('1', 'to whom it may concern');
        const told = () => socket.received.filter(({ payload }) => says(payload, 'to whom it may concern'));
        await until(() => socket.received.length >= 5_101 && told().length === 100);
      },
      { limits: { messageBurst: 10_000 } },
    ));

  it('is told an object of 10 MB whole, and the next change after it', () =>
    withNotes(async (server) => {
      const reader = (await NoteReader.open(server.url, 'ann')).subscribe();
      await until(() => reader.told.length === 1);
      const text = 'ü'.repeat(5_000_000);
      server.write('1', text);
      await until(() => reader.texts['1'] === text);
      server.write('1', 'small again');
      await until(() => reader.texts['1'] === 'small again');
    }));
});

describe('a subscription that is left', () => {
  it('while its frame is being written gets that one to its end and no other; its sibling goes on', () =>
    withNotes(
      async (server) => {
        const client = await openTcp(server.url, 'ann');
        for (const id of ['left', 'kept']) client.subscribe(id, everything, { prefix: id === 'left' ? 'l' : '' });
        await until(() => client.messages().length === 2);
        client.socket.pause();
        // More than kernels take: its end waits in the server until the client reads.
        server.write('l', 'x'.repeat(12_000_000));
        await until(() => server.rendered() > 0);
        client.socket.write(clientFrame(JSON.stringify({ id: 'left', type: 'complete' })));
        await until(() => server.http.counts().subscriptions === 1);
        server.write('l', 'after');
        client.socket.resume();
        await until(() => client.frames.some(({ payload }) => payload.length < 1_000 && payload.includes('after')));
        const heard = client.messages().filter(({ id }) => id === 'left');
        expect(heard.length).toBeLessThanOrEqual(2);
        expect(heard.filter(({ payload }) => says(payload, 'after'))).toEqual([]);
        expect(client.frames.filter(({ opcode }) => opcode !== 1)).toEqual([]);
        expect(client.wentBack()).toEqual([]);
        client.socket.destroy();
      },
      { limits: { bufferedBytes: 100_000_000 } },
    ));

  it('while messages are on their way, under an id that is used again at once, is never taken for the new one', () =>
    withNotes(async (server) => {
      const socket = await openReady(server.url, { authorization: 'ann' });
      for (let round = 0; round < 200; round += 1) {
        const [mine, other] = round % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
        if (round > 0) socket.say({ id: 's', type: 'complete' });
        socket.say({ type: 'ping', payload: { round } });
        const payload = { query: everything, variables: { prefix: mine } };
        socket.say({ id: 's', type: 'subscribe', payload });
        for (let change = 0; change < round % 5; change += 1) {
          server.write(`${other}${change}`, `${round}`);
          server.write(`${mine}${change}`, `${round}`);
          if (change % 2 === 0) await new Promise(setImmediate);
        }
      }
      server.write('a-end', '');
      server.write('b-end', '');
      await until(() => socket.received.some(({ payload }) => says(payload, '-end')));
      let mine = '';
      let isFirst = false;
      for (const { type, payload } of socket.received) {
        if (type === 'pong') {
          mine = (payload as { round: number }).round % 2 === 0 ? 'a' : 'b';
          isFirst = true;
        } else if (type === 'next') {
          const { reset, notes } = (payload as { data: { notesChanged: Told } }).data.notesChanged;
          expect(reset).toBe(isFirst);
          expect(notes.filter(({ id }) => !id.startsWith(mine))).toEqual([]);
          isFirst = false;
        }
      }
      expect(socket.received.filter(({ type }) => type === 'pong')).toHaveLength(200);
      expect(socket.received.filter(({ type }) => type === 'complete' || type === 'error')).toEqual([]);
    }));
});

function says(payload: unknown, text: string): boolean {
  return JSON.stringify(payload ?? null).includes(text);
}
