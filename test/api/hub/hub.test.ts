import { describe, expect, it } from '@jest/globals';
import { openReady } from '../http/raw-socket.js';
import { until } from '../http/ticking-server.js';
import { everything, NoteReader } from './note-reader.js';
import { withNotes } from './note-server.js';

describe('equal subscriptions', () => {
  it('are executed once for all and told the same, each under its own id', () =>
    withNotes(async (server) => {
      server.write('1', 'first');
      const ids = ['a', 'bb', '"}\n\u2028💥', 'a'];
      const readers = await Promise.all(ids.map((id) => NoteReader.open(server.url, 'ann', id)));
      for (const reader of readers) reader.subscribe();
      await until(() => readers.every(({ told }) => told.length === 1) && server.streams() === 1);
      const before = server.rendered();
      for (const text of ['second', 'third']) {
        server.write('1', text);
        await until(() => readers.every(({ texts }) => texts['1'] === text));
      }
      expect(server.rendered() - before).toBe(2);
      expect(server.http.counts()).toEqual({ sockets: 4, subscriptions: 4, groups: 1, slowReaders: 0 });
      expect(new Set(readers.map(({ told }) => JSON.stringify(told))).size).toBe(1);
      expect(readers.flatMap(({ wrong }) => wrong)).toEqual([]);
    }));

  it.each([
    ['another viewer', 'ben', {}, everything],
    ['other variables', 'ann', { prefix: 'x' }, everything],
    ['another document', 'ann', {}, everything.replace('text ', 'text t: text ')],
    ['another rate', 'ann', { maxRate: 100 }, everything],
  ])('are not those of %s', (_what, viewer, variables, query) =>
    withNotes(async (server) => {
      const one = (await NoteReader.open(server.url, 'ann')).subscribe();
      const other = (await NoteReader.open(server.url, viewer)).subscribe(variables, query);
      await until(() => one.told.length === 1 && other.told.length === 1);
      expect(server.http.counts().groups).toBe(2);
    }),
  );

  it('are those that spell the same variables in another order, or leave out a default', () =>
    withNotes(async (server) => {
      const one = (await NoteReader.open(server.url, 'ann')).subscribe({ prefix: 'n', maxRate: 5 });
      const other = (await NoteReader.open(server.url, 'ann')).subscribe({ maxRate: 5, prefix: 'n', unknown: 1 });
      await until(() => one.told.length === 1 && other.told.length === 1);
      expect(server.http.counts().groups).toBe(1);
    }));

  it('take in one that resumes, once it has what it missed', () =>
    withNotes(async (server) => {
      server.write('1', 'first');
      const stayed = (await NoteReader.open(server.url, 'ann')).subscribe();
      const left = (await NoteReader.open(server.url, 'ann')).subscribe();
      await until(() => left.cursor !== undefined && stayed.cursor !== undefined);
      left.socket.cut();
      server.write('2', 'meanwhile');
      server.erase('1');
      await until(() => stayed.told.length > 1);
      const back = (await NoteReader.open(server.url, 'ann')).subscribe({ after: left.cursor });
      await until(() => server.streams() === 1 && back.told.length === 1);
      expect(back.told[0]).toMatchObject({ reset: false, notes: [{ id: '2' }], gone: ['1'] });
      expect(server.http.counts().groups).toBe(1);
      server.write('3', 'together');
      await until(() => back.held.has('3') && stayed.held.has('3'));
    }));

  it.each([10, 15_900, 16_384, 65_100, 65_536, 300_000])(
    'are told alike of an object of %s characters, alone and beside another subscription on the socket',
    (length) =>
      withNotes(async (server) => {
        const readers = await Promise.all(['a', 'ü', 'longer'].map((id) => NoteReader.open(server.url, 'ann', id)));
        for (const reader of readers) reader.subscribe();
        const socket = await openReady(server.url, { authorization: 'ann' });
        for (const id of ['one', 'other']) readers.push(new NoteReader(socket, id).subscribe());
        await until(() => readers.every(({ told }) => told.length === 1));
        for (const sign of ['x', 'ü', '💥']) {
          server.write('1', sign.repeat(length));
          await until(() => readers.every(({ texts }) => texts['1'] === sign.repeat(length)));
        }
      }),
  );

  it('leave nothing behind when they end, by message or by a cut', () =>
    withNotes(async (server) => {
      const readers = await Promise.all(['ann', 'ann', 'ben'].map((viewer) => NoteReader.open(server.url, viewer)));
      for (const reader of readers) reader.subscribe();
      await until(() => readers.every(({ told }) => told.length === 1));
      readers[0]?.socket.say({ id: 'a', type: 'complete' });
      readers[1]?.socket.cut();
      readers[2]?.socket.cut();
      await until(() => server.streams() === 0 && server.http.counts().groups === 0);
      expect(server.http.counts().sockets).toBe(1);
    }));

  it('are completed when the server goes away, and told nothing after that', () =>
    withNotes(
      async (server) => {
        const readers = await Promise.all(Array.from({ length: 5 }, () => NoteReader.open(server.url, 'ann')));
        for (const reader of readers) reader.subscribe();
        await until(() => readers.every(({ told }) => told.length === 1));
        server.write('1', 'a moment before');
        const drained = server.http.drain();
        for (let text = 0; text < 20; text += 1) {
          server.write('1', `meanwhile ${text}`);
          await new Promise(setImmediate);
        }
        await drained;
        for (const { socket } of readers) {
          expect((await socket.closed).code).toBe(1001);
          expect(socket.received.at(-1)).toEqual({ id: 'a', type: 'complete' });
        }
        expect([server.streams(), server.http.counts().subscriptions]).toEqual([0, 0]);
      },
      { limits: { drainSeconds: 1 } },
    ));

  it('do not go on under an id that was used again', () =>
    withNotes(async (server) => {
      const reader = (await NoteReader.open(server.url, 'ann')).subscribe();
      await until(() => reader.told.length === 1);
      server.write('1', 'for nobody');
      reader.socket.say({ id: 'a', type: 'complete' });
      reader.subscribe({ prefix: 'x' });
      await until(() => reader.told.some(({ reset }, index) => index > 0 && reset));
      server.write('1', 'for nobody either');
      server.write('x', 'for it');
      await until(() => reader.held.has('x'));
      expect(reader.texts).toEqual({ x: 'for it' });
    }));

  it('are told of a failing field without what went wrong', () =>
    withNotes(async (server) => {
      server.write('1', 'first');
      const reader = await NoteReader.open(server.url, 'ann');
      reader.subscribe({}, 'subscription { notesChanged { notes { id fails } } }');
      const { payload } = await reader.socket.message(({ type }) => type === 'next');
      expect(payload).toMatchObject({
        data: { notesChanged: { notes: [{ id: '1', fails: null }] } },
        errors: [{ message: 'Internal error', path: ['notesChanged', 'notes', 0, 'fails'] }],
      });
      expect(JSON.stringify(payload)).not.toContain('swordfish');
    }));
});
