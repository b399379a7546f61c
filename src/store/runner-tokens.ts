import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Database } from './database.js';
import { newRunnerKey, runnerKeys } from './runner-key.js';

/** Tokens for runners: each good for one experiment, none of them stored. */
export interface RunnerTokens {
  /** The token of one experiment; the same at every call and in every process on this database. */
  issue(experimentId: string): string;
  /** The experiment that a token is good for, or undefined when it is no token of ours. */
  check(token: string): string | undefined;
}

/**
 * Makes runner tokens from a random key that is kept in the database: an
 * HMAC-SHA-256 of the experiment's id (RFC 2104). Nothing has to be stored or
 * handed on, so a Secret can be made again at any time, by any process. While the key
 * is changed (see runner-key.ts) two are accepted.
 */
export async function openRunnerTokens({ db }: Database): Promise<RunnerTokens> {
  const row = await runnerKeys(db).findOneAndUpdate(
    { _id: 'runner-token-key' },
    { $setOnInsert: { key: newRunnerKey() } },
    { upsert: true, returnDocument: 'after' },
  );
  if (!row) throw new Error('The key of runner tokens could not be stored.');
  const sign = signer(row.key);
  const accepted = [row.next, row.previous].flatMap((key) => (key === undefined ? [] : [signer(key)]));
  return {
    issue: (experimentId) => `gldr_${experimentId}_${sign(experimentId)}`,
    check(token) {
      const [, id, signature] = /^gldr_([a-z0-9]+)_([\w-]{43})$/.exec(token) ?? [];
      if (id === undefined || signature === undefined) return undefined;
      const given = Buffer.from(signature);
      return [sign, ...accepted].some((signs) => timingSafeEqual(Buffer.from(signs(id)), given)) ? id : undefined;
    },
  };
}

function signer(key: string): (id: string) => string {
  const bytes = Buffer.from(key, 'hex');
  return (id) => createHmac('sha256', bytes).update(id).digest('base64url');
}
