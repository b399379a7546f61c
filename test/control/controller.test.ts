import { describe, expect, it } from '@jest/globals';
import { startController } from '../../src/control/controller.js';

describe('a controller', () => {
  it('tries a key again that failed, while others go on', async () => {
    const tries: string[] = [];
    const errors: string[] = [];
    await new Promise<void>((resolve) => {
      const controller = startController({
        workers: 2,
        onError: (key, error) => errors.push(`${key}: ${String(error)}`),
        reconcile: async (key) => {
          tries.push(key);
          if (key === 'bad' && tries.filter((one) => one === 'bad').length < 3) throw new Error('no');
          if (key === 'bad') resolve();
          return {};
        },
      });
      controller.add('bad');
      controller.add('good');
    });
    expect(tries.filter((key) => key === 'good')).toHaveLength(1);
    expect(errors).toEqual(['bad: Error: no', 'bad: Error: no']);
  });

  it('never works on one key twice at the same time', async () => {
    let busy = 0;
    let most = 0;
    let rounds = 0;
    await new Promise<void>((resolve) => {
      const controller = startController({
        workers: 4,
        onError: () => undefined,
        reconcile: async (key) => {
          most = Math.max(most, (busy += 1));
          controller.add(key);
          await new Promise(setImmediate);
          busy -= 1;
          if ((rounds += 1) === 20) resolve(controller[Symbol.asyncDispose]());
          return {};
        },
      });
      controller.add('one');
    });
    expect(most).toBe(1);
  });

  it('looks again after the time that was asked for', async () => {
    let count = 0;
    await new Promise<void>((resolve) => {
      const controller = startController({
        workers: 1,
        onError: () => undefined,
        reconcile: async () => {
          if ((count += 1) === 3) resolve();
          return { after: 1 };
        },
      });
      controller.add('one');
    });
    expect(count).toBe(3);
  });
});
