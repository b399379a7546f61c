import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createAdministratorToken } from '../src/administrator-token.js';
import { followCredentials, type CredentialsNeeds } from '../src/credentials.js';
import { temporaryDirectory } from './support/server-process.js';

const [first, second] = ['first-token-0123456789', 'second-token-0123456789'] as const;

/** Looks every 5 ms; `looked` settles after the callers were checked twice more. */
function follow(needs: Partial<CredentialsNeeds>) {
  const rounds = new EventTarget();
  const errors: unknown[] = [];
  const following = followCredentials({
    administratorToken: undefined,
    runnerTokens: { refresh: async () => undefined },
    checkCallers: async () => void rounds.dispatchEvent(new Event('round')),
    onError: (error) => errors.push(error),
    periodMs: 5,
    ...needs,
  });
  const looked = async () => {
    for (let round = 0; round < 2; round += 1) await once(rounds, 'round');
  };
  return { errors, looked, [Symbol.asyncDispose]: () => following[Symbol.asyncDispose]() };
}

describe('credentials, followed', () => {
  it('are the token in the file as it is now; while there is none the last stays, and that is said once', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'token');
    writeFileSync(path, first);
    const token = createAdministratorToken(first, path);
    await using following = follow({ administratorToken: token });
    writeFileSync(path, `${second}\n`);
    await following.looked();
    expect(token.current).toBe(second);
    writeFileSync(path, 'short');
    await following.looked();
    rmSync(path);
    await following.looked();
    expect(token.current).toBe(second);
    expect(following.errors).toEqual([expect.objectContaining({ message: expect.stringContaining('at least 20') })]);
    writeFileSync(path, first);
    await following.looked();
    expect(token.current).toBe(first);
    expect(following.errors).toHaveLength(1);
  });

  it('stay the token of the variable', () => {
    const token = createAdministratorToken(first, undefined);
    token.refresh();
    expect(token.current).toBe(first);
  });

  it('go on when the database never answers, and callers are checked all the same', async () => {
    await using following = follow({ runnerTokens: { refresh: () => new Promise(() => undefined) } });
    await following.looked();
    await following.looked();
    expect(following.errors).toEqual([]);
  });
});
