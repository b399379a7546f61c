import { GridFSBucket, type ObjectId } from 'mongodb';
import { trialId } from '../model/trial.js';
import type { Database } from './database.js';

/** An experiment whose row is gone, and from which something may be left. */
export interface DeletionRow {
  readonly _id: string;
  readonly fileId: string;
  /** Bytes that nobody names any more. */
  readonly blobId?: ObjectId;
}

export type Deletions = ReturnType<typeof createDeletions>;

/** What is left to do of deleted experiments. A row stays until nothing of its experiment is left anywhere. */
export function createDeletions(database: Pick<Database, 'db' | 'transaction'>) {
  const { db } = database;
  const rows = db.collection<DeletionRow>('deletions');
  const files = db.collection<{ readonly _id: string; readonly blobId?: ObjectId }>('files');
  const blobs = db.collection<{ readonly _id: string; readonly blobId: ObjectId }>('blobs');
  const bytes = new GridFSBucket(db, { bucketName: 'fs' });
  const logs = new GridFSBucket(db, { bucketName: 'logs' });

  /** Takes the program's row away when no experiment names it, and its bytes when no other row names them. */
  function releaseFile(id: string, fileId: string): Promise<void> {
    return database.transaction(async (session) => {
      if ((await db.collection('experiments').countDocuments({ 'program.fileId': fileId }, { session })) > 0) return;
      const file = await files.findOneAndDelete({ _id: fileId }, { session });
      if (!file?.blobId) return;
      const { blobId } = file;
      if ((await files.countDocuments({ blobId }, { session })) > 0) return;
      await blobs.deleteOne({ blobId }, { session });
      await rows.updateOne({ _id: id }, { $set: { blobId } }, { session });
    });
  }

  return {
    /** Ids of experiments that are deleted and not gone yet. */
    async pending(): Promise<string[]> {
      const found = await rows.find({}, { projection: { _id: 1 } }).toArray();
      return found.map(({ _id }) => _id);
    },

    async isPending(id: string): Promise<boolean> {
      return (await rows.findOne({ _id: id })) !== null;
    },

    /**
     * Takes away all that is kept of an experiment: trials, logs, and its program
     * where no other experiment runs it. May be broken off anywhere and called again.
     */
    async purge(id: string): Promise<void> {
      const row = await rows.findOne({ _id: id });
      if (!row) return;
      const itsOwn = new RegExp(`^${trialId(id, 0).slice(0, -1)}`);
      await db.collection('trials').deleteMany({ experimentId: id });
      await db.collection('podLogs').deleteMany({ experimentId: id });
      await db.collection<{ _id: string }>('trialLogs').deleteMany({ _id: itsOwn });
      for await (const { _id } of logs.find({ filename: itsOwn })) await logs.delete(_id);
      await releaseFile(id, row.fileId);
      const { blobId } = (await rows.findOne({ _id: id })) ?? {};
      if (blobId && (await bytes.find({ _id: blobId }).hasNext())) await bytes.delete(blobId);
      await db.collection<{ _id: string }>('experimentLocks').deleteOne({ _id: id });
      await rows.deleteOne({ _id: id });
    },
  };
}
