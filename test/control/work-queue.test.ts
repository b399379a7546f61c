import { describe, expect, it } from '@jest/globals';
import { WorkQueue } from '../../src/control/work-queue.js';

describe('the work queue', () => {
  it('gives a key that was added three times once', async () => {
    const queue = new WorkQueue();
    for (const key of ['a', 'a', 'b', 'a']) queue.add(key);
    expect([await queue.take(), await queue.take()]).toEqual(['a', 'b']);
    const rest = queue.take();
    queue.close();
    expect(await rest).toBeUndefined();
  });

  it('gives a key again that was added while it was worked on, and not before it is done', async () => {
    const queue = new WorkQueue();
    queue.add('a');
    expect(await queue.take()).toBe('a');
    queue.add('a');
    queue.add('b');
    expect(await queue.take()).toBe('b');
    const next = queue.take();
    queue.done('a');
    expect(await next).toBe('a');
    queue.close();
  });

  it('adds a key later at the earlier of two times', async () => {
    const queue = new WorkQueue();
    queue.addAfter('late', 60_000);
    queue.addAfter('late', 5);
    queue.addAfter('late', 60_000);
    expect(await queue.take()).toBe('late');
    queue.close();
  });

  it('gives nothing once it is closed', async () => {
    const queue = new WorkQueue();
    queue.add('a');
    queue.close();
    queue.add('b');
    expect(await queue.take()).toBeUndefined();
  });
});
