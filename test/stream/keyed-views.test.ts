import { EventEmitter, once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { createKeyedViews } from '../../src/stream/keyed-views.js';
import type { KeyedViews } from '../../src/stream/keyed-views.js';

/** Views that write down what is opened and closed. */
function watched(lingerMs: number): { views: KeyedViews<string>; events: string[]; closed: Promise<void> } {
  const events: string[] = [];
  const closing = new EventEmitter();
  const closed = once(closing, 'closed').then(() => undefined);
  const views = createKeyedViews<string>({
    lingerMs,
    async open(key, store) {
      events.push(`open ${key}`);
      if (key === 'broken') throw new Error('no such experiment');
      store.apply({ type: 'put', key, object: `of ${key}` });
      return () => {
        events.push(`close ${key}`);
        closing.emit('closed');
      };
    },
  });
  return { views, events, closed };
}

describe('a keyed view', () => {
  it('is opened once for all who read it at the same time', async () => {
    const { views, events } = watched(60_000);
    const [one, two, other] = await Promise.all([views.acquire('a'), views.acquire('a'), views.acquire('b')]);
    expect(one.store).toBe(two.store);
    expect(other.store.get('b')).toBe('of b');
    expect(events).toEqual(['open a', 'open b']);
    await views[Symbol.asyncDispose]();
    expect(events).toEqual(['open a', 'open b', 'close a', 'close b']);
  });

  it('stays open for a while after the last reader, and is found again', async () => {
    const { views, events } = watched(60_000);
    const first = await views.acquire('a');
    first.release();
    const second = await views.acquire('a');
    expect(second.store).toBe(first.store);
    expect(events).toEqual(['open a']);
    await views[Symbol.asyncDispose]();
  });

  it('is closed when nobody came back, and opened anew for the next', async () => {
    const { views, events, closed } = watched(1);
    const first = await views.acquire('a');
    const second = await views.acquire('a');
    first.release();
    first.release();
    expect(views.size).toBe(1);
    second.release();
    await closed;
    const third = await views.acquire('a');
    expect(third.store.epoch).not.toBe(first.store.epoch);
    expect(events).toEqual(['open a', 'close a', 'open a']);
    await views[Symbol.asyncDispose]();
  });

  it('that cannot be opened fails for all who asked, and is tried again for the next', async () => {
    const { views, events } = watched(60_000);
    const asked = await Promise.allSettled([views.acquire('broken'), views.acquire('broken')]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(views.acquire('broken')).rejects.toThrow('no such experiment');
    expect(events).toEqual(['open broken', 'open broken']);
    expect(views.size).toBe(0);
  });
});
