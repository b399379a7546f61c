import { MongoServerError } from 'mongodb';
import type { Database } from './database.js';

/** A line's identity in its pod: `time` as the runtime wrote it, comparable as text; `ordinal` among lines of that time. */
export interface ArchivedPosition {
  readonly time: string;
  readonly ordinal: number;
}

export interface ArchivedLine extends ArchivedPosition {
  readonly text: string;
  /** Lines before this one were lost, or may have been. */
  readonly afterLoss?: true;
}

/** How far a pod's log is archived. */
export interface ArchivedPod {
  readonly podId: string;
  readonly podName: string;
  readonly experimentId: string;
  /** Number of the next chunk. */
  readonly next: number;
  /** Undefined when it has no line. */
  readonly last: ArchivedPosition | undefined;
  /** The newest time of any line. */
  readonly newest: string;
  /** Nothing follows: the log was read to its end. */
  readonly whole: boolean;
}

interface ChunkRow {
  readonly _id: string;
  readonly experimentId: string;
  readonly podId: string;
  readonly podName: string;
  readonly seq: number;
  readonly last: ArchivedPosition | null;
  /** The newest time of this and all earlier chunks: never less than in the chunk before. */
  readonly newest: string;
  readonly whole: boolean;
  readonly count: number;
  readonly lines: readonly (readonly [time: string, ordinal: number, text: string, afterLoss?: 1])[];
}

export type PodLogs = ReturnType<typeof createPodLogs>;

const duplicateKey = 11_000;

/**
 * What pods wrote, line by line, for the life of their experiment: also when the
 * pods are gone. A pod's log is a row of numbered chunks. Who appends names the
 * number, and of two who name the same one is refused: no line is kept twice,
 * whoever writes at the same time, and whenever a writer is killed.
 */
export function createPodLogs({ db }: Database) {
  const rows = db.collection<ChunkRow>('podLogs');

  async function* chunksFrom(podId: string, time: string): AsyncGenerator<ChunkRow> {
    const found = rows.find({ podId, newest: { $gte: time } }, { sort: { seq: 1 }, batchSize: 4 });
    yield* found;
  }

  return {
    /** How far a pod's log is archived; undefined when nothing is. */
    async get(podId: string): Promise<ArchivedPod | undefined> {
      const [row] = await rows.find({ podId }, { sort: { seq: -1 }, limit: 1, projection: { lines: 0 } }).toArray();
      return row && fromRow(row);
    },

    /** All pods of an experiment that are archived in part or whole. */
    async ofExperiment(experimentId: string): Promise<ArchivedPod[]> {
      const firsts = await rows.find({ experimentId, seq: 0 }, { projection: { podId: 1 } }).toArray();
      const found = await Promise.all(firsts.map(({ podId }) => this.get(podId)));
      return found.filter((pod) => pod !== undefined);
    },

    /**
     * Puts lines behind those that are archived.
     *
     * @param to What `get` told, or a new pod's names with `next` 0.
     * @returns how far it is now; undefined, and nothing is kept, when another writer was faster
     */
    async append(
      to: ArchivedPod,
      lines: readonly ArchivedLine[],
      { whole }: { readonly whole: boolean },
    ): Promise<ArchivedPod | undefined> {
      const { podId, podName, experimentId, next: seq } = to;
      const end = lines.at(-1);
      const last = end ? { time: end.time, ordinal: end.ordinal } : to.last;
      const newest = lines.reduce((latest, { time }) => (time > latest ? time : latest), to.newest);
      const chunk: ChunkRow = {
        _id: `${podId}/${seq}`,
        experimentId,
        podId,
        podName,
        seq,
        last: last ?? null,
        newest,
        whole,
        count: lines.length,
        lines: lines.map(({ time, ordinal, text, afterLoss }) =>
          afterLoss ? [time, ordinal, text, 1] : [time, ordinal, text],
        ),
      };
      try {
        await rows.insertOne(chunk);
        return fromRow(chunk);
      } catch (error) {
        if (error instanceof MongoServerError && error.code === duplicateKey) return undefined;
        throw error;
      }
    },

    /** The archived lines behind `after`, or from about `since` (RFC 3339) on, in the order in which they were written. */
    async *read(
      podId: string,
      { after, since }: { readonly after?: ArchivedPosition | undefined; readonly since?: string | undefined } = {},
    ): AsyncGenerator<ArchivedLine> {
      let isBehind = after === undefined;
      for await (const { lines } of chunksFrom(podId, after?.time ?? since ?? '')) {
        for (const [time, ordinal, text, afterLoss] of lines) {
          if (isBehind) yield { time, ordinal, text, ...(afterLoss && { afterLoss: true }) };
          else isBehind = time === after?.time && ordinal === after.ordinal;
        }
      }
    },

    /** A time from which on the archive holds at least its last `count` lines; undefined when it has fewer. */
    async startOfTail(podId: string, count: number): Promise<string | undefined> {
      let seen = 0;
      const found = rows.find({ podId }, { sort: { seq: -1 }, projection: { count: 1, newest: 1 } });
      for await (const chunk of found) {
        if (seen >= count) return chunk.newest;
        seen += chunk.count;
      }
      return undefined;
    },
  };
}

function fromRow({ podId, podName, experimentId, seq, last, newest, whole }: Omit<ChunkRow, 'lines'>): ArchivedPod {
  return { podId, podName, experimentId, next: seq + 1, last: last ?? undefined, newest, whole };
}
