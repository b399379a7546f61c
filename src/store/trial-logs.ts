import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GridFSBucket } from 'mongodb';
import { trialId } from '../model/trial.js';
import type { Database } from './database.js';

interface LogRow {
  readonly _id: string;
  readonly attempt: number;
  readonly text: string;
}

export type TrialLogs = ReturnType<typeof createTrialLogs>;

/** What programs wrote: short logs as rows, long ones in GridFS, the newest attempt counts. */
export function createTrialLogs({ db }: Database) {
  const short = db.collection<LogRow>('trialLogs');
  const long = new GridFSBucket(db, { bucketName: 'logs' });

  return {
    /** Keeps short logs of one experiment; writing the same again changes nothing. */
    async keep(
      experimentId: string,
      logs: readonly { readonly index: number; readonly attempt: number; readonly text: string }[],
    ): Promise<void> {
      if (logs.length === 0) return;
      await short.bulkWrite(
        logs.map(({ index, attempt, text }) => ({
          replaceOne: {
            filter: { _id: nameOf(experimentId, index, attempt) },
            replacement: { attempt, text },
            upsert: true,
          },
        })),
      );
    },

    /** Stores a long log as it comes. A second one under the same attempt replaces the first for readers. */
    async receive(experimentId: string, index: number, attempt: number, body: Readable): Promise<void> {
      await pipeline(body, long.openUploadStream(nameOf(experimentId, index, attempt)));
    },

    /** The log of one attempt, or undefined when none was kept. Its pieces are UTF-8. */
    async read(experimentId: string, index: number, attempt: number): Promise<AsyncIterable<Uint8Array> | undefined> {
      const name = nameOf(experimentId, index, attempt);
      const stored = await long.find({ filename: name }).sort({ uploadDate: -1 }).limit(1).next();
      if (stored) return long.openDownloadStream(stored._id);
      const row = await short.findOne({ _id: name });
      if (!row) return undefined;
      return (async function* () {
        yield Buffer.from(row.text);
      })();
    },
  };
}

function nameOf(experimentId: string, index: number, attempt: number): string {
  return `${trialId(experimentId, index)}.${attempt}`;
}
