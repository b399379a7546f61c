import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Database } from './database.js';

interface SettingRow {
  readonly _id: string;
  readonly key: string;
}

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
 * handed on, so a Secret can be made again at any time, by any process.
 */
export async function openRunnerTokens({ db }: Database): Promise<RunnerTokens> {
  const settings = db.collection<SettingRow>('settings');
  const row = await settings.findOneAndUpdate(
    { _id: 'runner-token-key' },
    { $setOnInsert: { key: randomBytes(32).toString('hex') } },
    { upsert: true, returnDocument: 'after' },
  );
  if (!row) throw new Error('The key of runner tokens could not be stored.');
  const key = Buffer.from(row.key, 'hex');
  const sign = (id: string) => createHmac('sha256', key).update(id).digest('base64url');
  return {
    issue: (experimentId) => `gldr_${experimentId}_${sign(experimentId)}`,
    check(token) {
      const [, id, signature] = /^gldr_([a-z0-9]+)_([\w-]{43})$/.exec(token) ?? [];
      if (id === undefined || signature === undefined) return undefined;
      return timingSafeEqual(Buffer.from(sign(id)), Buffer.from(signature)) ? id : undefined;
    },
  };
}
