import { randomUUID } from 'node:crypto';
import type { ChangeStreamDocument, Db } from 'mongodb';

/** Row `origin` names the database for good; row `begin` is written anew by every feed that begins. */
interface Mark {
  readonly _id: 'origin' | 'begin';
  readonly id: string;
}

export interface WrittenMark {
  readonly id: string;
  readonly origin: string;
}

/** Makes an event that is known by its `id`. */
export async function writeMark(db: Db): Promise<WrittenMark> {
  const marks = db.collection<Mark>('feedMarks');
  const id = randomUUID();
  await marks.updateOne({ _id: 'origin' }, { $setOnInsert: { id: randomUUID() } }, { upsert: true });
  const origin = await marks.findOne({ _id: 'origin' });
  await marks.replaceOne({ _id: 'begin' }, { id }, { upsert: true });
  return { id, origin: origin?.id.slice(0, 8) ?? '' };
}

export function isMark(change: ChangeStreamDocument, id: string): boolean {
  if (change.operationType !== 'insert' && change.operationType !== 'replace') return false;
  return change.ns.coll === 'feedMarks' && change.fullDocument['id'] === id;
}
