import type { GladosClient, StreamOptions } from '../client/client.js';
import { TrialLogDocument } from '../client/generated/graphql.js';
import type { LogLines } from '../client/changes.js';
import type { Out } from './out.js';

export interface LogNeeds {
  readonly client: GladosClient;
  readonly id: string;
  readonly trialIndex?: number | undefined;
  readonly podId?: string | undefined;
  readonly tail?: number | undefined;
  readonly follow: boolean;
  readonly stdout: Pick<Out, 'write'>;
  readonly stderr: Pick<Out, 'write'>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Prints a log: of one trial, of one pod, or of the whole experiment, where
 * each line begins with the trial that wrote it.
 *
 * The log of a trial that has ended is kept with the trial; the other lines
 * are there as long as their pod is.
 */
export async function printLogs(needs: LogNeeds): Promise<void> {
  const { trialIndex, stdout } = needs;
  if (trialIndex !== undefined && needs.podId === undefined) {
    const log = await keptLog(needs, trialIndex);
    if (log !== null) return stdout.write(log === '' || log.endsWith('\n') ? log : `${log}\n`);
  }
  for await (const change of needs.client.logs(streamArguments(needs))) tell(needs, change);
}

async function keptLog({ client, id, tail, signal }: LogNeeds, index: number): Promise<string | null> {
  const { experiment } = await client.request(TrialLogDocument, { id, index, tail: tail ?? null }, signal);
  return experiment?.trial?.log ?? null;
}

function streamArguments({ id, podId, trialIndex, follow, tail, signal, stderr }: LogNeeds) {
  const options: StreamOptions = {
    ...(signal ? { signal } : {}),
    onInterrupted: (reason) => stderr.write(`! No connection: ${reason}. Trying again …\n`),
  };
  return {
    experimentId: id,
    podId: podId ?? null,
    trialIndex: trialIndex ?? null,
    follow,
    tail: tail ?? null,
    ...options,
  };
}

function tell({ trialIndex, podId, stdout, stderr }: LogNeeds, { lines, gap }: LogLines): void {
  if (gap) {
    const from = gap.since === null ? '' : ` from ${gap.since}`;
    stderr.write(`! Lines are missing here${from}: ${gap.reason}\n`);
  }
  const whole = trialIndex === undefined && podId === undefined;
  const texts = lines.map((line) =>
    whole && line.trialIndex !== null ? `#${line.trialIndex} ${line.text}\n` : `${line.text}\n`,
  );
  if (texts.length > 0) stdout.write(texts.join(''));
}
