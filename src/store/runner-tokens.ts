import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Database } from './database.js';
import { newRunnerKey, runnerKeys, type RunnerKeyRow } from './runner-key.js';

/** Tokens for runners: each good for one experiment, none of them stored. */
export interface RunnerTokens {
  /** The token of one experiment; the same at every call and in every process on this database. */
  issue(experimentId: string): string;
  /** The experiment that a token is good for, or undefined when it is no token of ours. */
  check(token: string): string | undefined;
  /** Reads the keys again: another process may have changed them. Without an answer they stay as they were. */
  refresh(): Promise<void>;
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
  let keys = keysIn(row);
  return {
    issue: (experimentId) => `gldr_${experimentId}_${keys.sign(experimentId)}`,
    check(token) {
      const [, id, signature] = /^gldr_([a-z0-9]+)_([\w-]{43})$/.exec(token) ?? [];
      if (id === undefined || signature === undefined) return undefined;
      const given = Buffer.from(signature);
      return keys.accepted.some((signs) => timingSafeEqual(Buffer.from(signs(id)), given)) ? id : undefined;
    },
    async refresh() {
      const found = await runnerKeys(db).findOne({ _id: 'runner-token-key' });
      if (found) keys = keysIn(found);
    },
  };
}

function keysIn({ key, next, previous }: RunnerKeyRow) {
  const sign = signer(key);
  return {
    sign,
    accepted: [sign, ...[next, previous].flatMap((other) => (other === undefined ? [] : [signer(other)]))],
  };
}

function signer(key: string): (id: string) => string {
  const bytes = Buffer.from(key, 'hex');
  return (id) => createHmac('sha256', bytes).update(id).digest('base64url');
}
