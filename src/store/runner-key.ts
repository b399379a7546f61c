import { randomBytes } from 'node:crypto';
import type { Db } from 'mongodb';
import { UnfitError } from './unfit.js';

/** The keys that runner tokens are signed with, each 32 bytes in hexadecimal. */
export interface RunnerKeyRow {
  readonly _id: 'runner-token-key';
  /** Signs. */
  readonly key: string;
  /** Is accepted, and will sign. */
  readonly next?: string;
  /** Has signed, and is accepted still. */
  readonly previous?: string;
}

const steps = ['add', 'use', 'drop'] as const;
export type RunnerKeyStep = (typeof steps)[number];

export function isRunnerKeyStep(text: string): text is RunnerKeyStep {
  return steps.some((step) => step === text);
}

export const runnerKeys = (db: Db) => db.collection<RunnerKeyRow>('settings');
export const newRunnerKey = () => randomBytes(32).toString('hex');

/**
 * One step of a change of keys that no runner notices. Servers read the keys
 * every few seconds, so some 15 s have to lie between two steps:
 *
 * - `add` a key that is accepted; then every server accepts what will be signed
 * - `use` it; then nothing new is signed with the old one
 * - `drop` the old one, when no Job from before is left
 *
 * @returns what to do next
 * @throws UnfitError when it is not the turn of this step
 */
export async function changeRunnerKey(db: Db, step: RunnerKeyStep): Promise<string> {
  const row = await runnerKeys(db).findOne({ _id: 'runner-token-key' });
  if (!row)
    throw new UnfitError(`The database "${db.databaseName}" has no key yet: a server makes it when it first starts.`);
  const { _id, key, next, previous } = row;
  const replaceWith = async (after: Omit<RunnerKeyRow, '_id'>) => {
    // Who changed it meanwhile took a step as well.
    const before = { _id, key, next: next ?? { $exists: false }, previous: previous ?? { $exists: false } };
    const { matchedCount } = await runnerKeys(db).replaceOne(before, after);
    if (matchedCount === 0)
      throw new UnfitError('Somebody else takes a step at the same time. Look before you try again.');
  };
  if (step === 'add' && next === undefined && previous === undefined) {
    await replaceWith({ key, next: newRunnerKey() });
    return 'A new key is accepted by every server within 15 seconds. After them: runner-key use';
  }
  if (step === 'use' && next !== undefined) {
    await replaceWith({ key: next, previous: key });
    return 'The new key signs, on every server within 15 seconds. When no Job from before is left: runner-key drop';
  }
  if (step === 'drop' && previous !== undefined) {
    await replaceWith({ key });
    return 'The old key is gone. Within 15 seconds nothing that it signed is accepted, and who runs under it is cut off.';
  }
  const due = next !== undefined ? 'use' : previous !== undefined ? 'drop' : 'add';
  throw new UnfitError(`It is not the turn of "${step}": the next step is "${due}".`);
}
