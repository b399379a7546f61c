import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoServerError, type Db } from 'mongodb';

interface LeaseRow {
  readonly _id: string;
  readonly holder: string;
  /** Goes up while the holder lives. */
  readonly beat: number;
}

const duplicateKey = 11_000;

/**
 * Waits until it is this process's turn at `name`, among all processes of this
 * database; disposal gives it to the next.
 *
 * A holder that was killed is passed over once it made no beat for `lifeMs`, by
 * the clock of the one who waits: clocks of two machines are never compared. It
 * is no fence: a holder that was stopped for that long and wakes goes on beside
 * the next one.
 */
export async function takeLease(db: Db, name: string, lifeMs: number): Promise<AsyncDisposable> {
  const rows = db.collection<LeaseRow>('leases');
  const holder = randomUUID();
  let seen = null as LeaseRow | null;
  let since = performance.now();
  while (!(await insert())) {
    const row = await rows.findOne({ _id: name });
    if (row?.holder !== seen?.holder || row?.beat !== seen?.beat) {
      seen = row;
      since = performance.now();
    } else if (row && performance.now() - since > lifeMs) {
      const { holder: dead, beat } = row;
      const taken = await rows.updateOne({ _id: name, holder: dead, beat }, { $set: { holder, beat: 0 } });
      if (taken.matchedCount === 1) break;
    }
    await delay(Math.min(lifeMs / 10, 200));
  }
  const beats = setInterval(() => {
    rows.updateOne({ _id: name, holder }, { $inc: { beat: 1 } }).catch(() => {
      // The next beat may come through; if none does, another process takes over, which is what should happen.
    });
  }, lifeMs / 5);
  beats.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(beats);
      await rows.deleteOne({ _id: name, holder });
    },
  };

  async function insert(): Promise<boolean> {
    try {
      await rows.insertOne({ _id: name, holder, beat: 0 });
      return true;
    } catch (error) {
      if (error instanceof MongoServerError && error.code === duplicateKey) return false;
      throw error;
    }
  }
}
