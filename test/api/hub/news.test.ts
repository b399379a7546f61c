import { describe, expect, it } from '@jest/globals';
import { until } from '../http/ticking-server.js';
import { NoteReader } from './note-reader.js';
import { withNotes } from './note-server.js';
import type { NoteServer } from './note-server.js';

const only = (fields: string) => `subscription ($after: String) { notesChanged(after: $after) { ${fields} } }`;

/** What a subscription to `fields` is told, of changes that are all followed by a last one that it must see. */
async function told(server: NoteServer, fields: string, change: () => void) {
  const reader = (await NoteReader.open(server.url, 'ann')).subscribe({}, only(fields));
  const canary = (await NoteReader.open(server.url, 'ann')).subscribe();
  await until(() => reader.told.length === 1 && canary.told.length === 1);
  change();
  await until(() => canary.told.length > 1);
  server.write('last', 'last');
  await until(() => canary.held.has('last'));
  await new Promise(setImmediate);
  return reader.told.slice(1).map(({ cursor: _cursor, ...rest }) => rest);
}

describe('a message', () => {
  it('leaves out objects of which nothing that was selected has changed', () =>
    withNotes(async (server) => {
      server.write('1', 'same');
      server.write('2', 'old');
      const messages = await told(server, 'cursor notes { id text }', () => {
        server.write('1', 'same');
        server.write('2', 'new');
      });
      expect(messages[0]).toEqual({ notes: [{ id: '2', text: 'new' }] });
    }));

  it('is not sent when nothing is left of it but a cursor and the age of the facts', () =>
    withNotes(async (server) => {
      server.write('1', 'same');
      const messages = await told(server, 'cursor freshness { asOf } notes { id text }', () => {
        server.notes.setFreshness({ asOf: 2 });
        server.write('1', 'same');
      });
      expect(messages.map(({ notes }) => notes.map(({ id }) => id))).toEqual([['last']]);
    }));

  it('is not sent to a subscription that selected nothing of what changed', () =>
    withNotes(async (server) => {
      server.write('1', 'there');
      expect(await told(server, 'cursor gone', () => server.write('2', 'new'))).toEqual([]);
      expect(await told(server, 'cursor synced', () => server.erase('1'))).toEqual([]);
    }));

  it('is sent for a deletion, for a source that went silent, and for an object that came back as it was', () =>
    withNotes(async (server) => {
      server.write('1', 'same');
      const fields = 'cursor freshness { staleSince } notes { id text } gone';
      const reader = (await NoteReader.open(server.url, 'ann')).subscribe({}, only(fields));
      await until(() => reader.told.length === 1);
      server.erase('1');
      await until(() => reader.told.length === 2);
      server.write('1', 'same');
      await until(() => reader.told.length === 3);
      server.notes.setFreshness({ asOf: 2, staleSince: 3, reason: 'silent' });
      await until(() => reader.told.length === 4);
      expect(reader.told.slice(1)).toMatchObject([
        { notes: [], gone: ['1'] },
        { notes: [{ id: '1' }], gone: [] },
        { notes: [], gone: [], freshness: { staleSince: 3 } },
      ]);
    }));

  it('names what changed under aliases and in fragments too', () =>
    withNotes(async (server) => {
      server.write('1', 'old');
      const query = `subscription { mine: notesChanged { ...F } }
        fragment F on NoteChanges { few: notes { id } all: notes { id text } ... on NoteChanges { all: notes { version } } }`;
      const reader = await NoteReader.open(server.url, 'ann');
      reader.socket.say({ id: 'q', type: 'subscribe', payload: { query } });
      await reader.socket.message(({ type }) => type === 'next');
      server.write('1', 'new');
      await until(() => reader.socket.received.filter(({ type }) => type === 'next').length === 2);
      expect(reader.socket.received.at(-1)?.payload).toEqual({
        data: { mine: { few: [], all: [{ id: '1', text: 'new', version: 2 }] } },
      });
    }));

  it('resumes from a cursor that lags, telling some of it again', () =>
    withNotes(async (server) => {
      server.write('1', 'same');
      const reader = (await NoteReader.open(server.url, 'ann')).subscribe({}, only('cursor notes { id text }'));
      await until(() => reader.told.length === 1);
      server.write('1', 'same');
      server.write('2', 'new');
      await until(() => reader.held.has('2'));
      server.write('1', 'same');
      const back = (await NoteReader.open(server.url, 'ann')).subscribe(
        { after: reader.cursor },
        only('reset cursor notes { id text }'),
      );
      await until(() => back.told.length === 1);
      expect(back.told[0]).toMatchObject({ reset: false, notes: [{ id: '1', text: 'same' }] });
    }));
});

describe('maxRate', () => {
  it('merges what changes meanwhile and ends in the newest state', () =>
    withNotes(async (server) => {
      const slow = (await NoteReader.open(server.url, 'ann')).subscribe({ maxRate: 10 });
      const late = (await NoteReader.open(server.url, 'ann')).subscribe({ maxRate: 10 });
      const fast = (await NoteReader.open(server.url, 'ann')).subscribe();
      await until(() => [slow, late, fast].every((reader) => reader.told.length === 1));
      const started = performance.now();
      for (let text = 1; text <= 50; text += 1) {
        server.write('1', String(text));
        server.write(`other ${text % 3}`, String(text));
        await until(() => fast.texts['1'] === String(text));
      }
      await until(() => slow.texts['1'] === '50' && late.texts['1'] === '50');
      const seconds = (performance.now() - started) / 1000;
      expect(fast.told.length).toBeGreaterThan(50);
      expect(slow.told.length - 1).toBeLessThanOrEqual(1 + seconds * 10);
      expect(slow.texts).toEqual(fast.texts);
      expect(late.texts).toEqual(fast.texts);
    }));

  it('lets the parts of a snapshot come without a pause', () =>
    withNotes(
      async (server) => {
        for (let id = 0; id < 20; id += 1) server.write(String(id), 'text');
        const reader = (await NoteReader.open(server.url, 'ann')).subscribe({ maxRate: 0.1 });
        await until(() => reader.held.size === 20);
        expect(reader.told.map(({ synced }) => synced)).toEqual([false, false, false, false, false, false, true]);
      },
      {},
      3,
    ));
});
