import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/store/database.js';
import { changeRunnerKey } from '../../src/store/runner-key.js';
import { openRunnerTokens } from '../../src/store/runner-tokens.js';
import { openTestDatabase } from '../support/database.js';

let database: Database;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => {
  await database[Symbol.asyncDispose]();
});

describe('a change of the key of runner tokens', () => {
  it('leaves no token refused by a server that is one step behind, until the old key is dropped', async () => {
    const servers = [await openRunnerTokens(database)];
    for (const step of ['add', 'use'] as const) {
      await changeRunnerKey(database.db, step);
      servers.push(await openRunnerTokens(database));
      const [older, newer] = servers.slice(-2);
      expect(older?.check(newer?.issue('e1') ?? '')).toBe('e1');
      expect(newer?.check(older?.issue('e1') ?? '')).toBe('e1');
    }
    const [first, , using] = servers;
    expect(using?.issue('e1')).not.toBe(first?.issue('e1'));
    await changeRunnerKey(database.db, 'drop');
    const last = await openRunnerTokens(database);
    expect(last.check(first?.issue('e1') ?? '')).toBeUndefined();
    expect(last.check(using?.issue('e1') ?? '')).toBe('e1');
  });

  it('refuses a step out of turn and says which one is due', async () => {
    await expect(changeRunnerKey(database.db, 'add')).rejects.toThrow('has no key yet');
    await openRunnerTokens(database);
    await expect(changeRunnerKey(database.db, 'use')).rejects.toThrow('the next step is "add"');
    await changeRunnerKey(database.db, 'add');
    await expect(changeRunnerKey(database.db, 'add')).rejects.toThrow('the next step is "use"');
    await changeRunnerKey(database.db, 'use');
    await expect(changeRunnerKey(database.db, 'add')).rejects.toThrow('the next step is "drop"');
  });

  it('takes one step when two are asked for at once', async () => {
    await openRunnerTokens(database);
    const both = await Promise.allSettled(['add', 'add'].map(() => changeRunnerKey(database.db, 'add')));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
