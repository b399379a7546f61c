import { rm } from 'node:fs/promises';
import type { TrialReportInput } from '../client/generated/graphql.js';
import { RequestError } from '../client/request.js';
import type { Api, RunPlan } from './api.js';
import type { KeptLog } from './trial-log.js';
import { inWords } from './retry.js';

const mostPerReport = 50;
/** Logs and values of one report together, roughly; more goes into the next. */
const mostCharactersPerReport = 512 * 1024;
const longestWaitMilliseconds = 500;
const mostUploads = 2;

/** Hands in what came of trials, many at once, while the next ones run. Nothing is dropped while `failed` does not fire. */
export interface Reporter {
  add(report: TrialReportInput, log?: KeptLog): void;
  /** Settles when few enough logs are on their way that another trial may begin. */
  room(): Promise<void>;
  /** Settles when everything was handed in. @throws ApiLost when it could not be */
  flush(): Promise<void>;
  /** True when a trial was given back, so that there is something left for others. */
  readonly hasReleased: boolean;
}

export function createReporter(
  api: Pick<Api, 'report' | 'uploadLog'>,
  plan: RunPlan,
  onFailure: (error: unknown) => void,
): Reporter {
  let unsent: TrialReportInput[] = [];
  let sending: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failure: { readonly error: unknown } | undefined;
  let hasReleased = false;
  const uploads = new Set<Promise<void>>();

  function fail(error: unknown): void {
    if (failure) return;
    failure = { error };
    onFailure(error);
  }

  function enqueue(report: TrialReportInput): void {
    unsent.push(report);
    if (unsent.length >= mostPerReport) void send();
    else timer ??= setTimeout(() => void send(), longestWaitMilliseconds);
  }

  async function send(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    await (sending ??= sendAll()
      .catch(fail)
      .finally(() => (sending = undefined)));
  }

  async function sendAll(): Promise<void> {
    while (unsent.length > 0) {
      const batch = takeBatch(unsent);
      unsent = unsent.slice(batch.length);
      await deliver(batch);
    }
  }

  /** A report that the API cannot take must not hold back the others, nor be tried for ever by pod after pod. */
  async function deliver(batch: readonly TrialReportInput[]): Promise<void> {
    try {
      await api.report(batch);
    } catch (error) {
      const [only, ...others] = batch;
      if (!(error instanceof RequestError) || !only) throw error;
      if (others.length > 0) for (const report of batch) await deliver([report]);
      else await api.report([refused(only, error)]);
    }
  }

  async function uploadThenEnqueue(report: TrialReportInput, log: Extract<KeptLog, { file: string }>): Promise<void> {
    try {
      await api.uploadLog(plan, report, log);
      enqueue(report);
    } catch (error) {
      // The result matters more than the log. When it is the API that is away, the report meets that itself.
      enqueue({ ...report, log: `[The log of ${log.bytes} bytes could not be kept: ${inWords(error)}]\n` });
    } finally {
      await rm(log.file, { force: true });
    }
  }

  return {
    add(report, log) {
      hasReleased ||= report.outcome === 'RELEASED';
      if (!log || 'text' in log) return enqueue(log ? { ...report, log: log.text } : report);
      const upload = uploadThenEnqueue(report, log)
        .catch(fail)
        .finally(() => uploads.delete(upload));
      uploads.add(upload);
    },
    async room() {
      while (uploads.size >= mostUploads) await Promise.race(uploads);
    },
    async flush() {
      while (uploads.size > 0) await Promise.all(uploads);
      while (unsent.length > 0 || sending) {
        await send();
        if (failure) throw failure.error;
      }
      if (failure) throw failure.error;
    },
    get hasReleased() {
      return hasReleased;
    },
  };
}

/** At least one; then as many as stay within both bounds. */
function takeBatch(reports: readonly TrialReportInput[]): TrialReportInput[] {
  let characters = 0;
  const end = reports.findIndex((report, position) => {
    characters += sizeOf(report);
    return position > 0 && (position >= mostPerReport || characters > mostCharactersPerReport);
  });
  return reports.slice(0, end === -1 ? undefined : end);
}

function sizeOf({ log, resultValues }: TrialReportInput): number {
  return (resultValues ?? []).reduce((sum, value) => sum + value.length, log?.length ?? 0);
}

function refused(
  { index, attempt, startedAt, durationSeconds }: TrialReportInput,
  error: RequestError,
): TrialReportInput {
  return {
    index,
    attempt,
    outcome: 'FAILED',
    startedAt: startedAt ?? null,
    durationSeconds: durationSeconds ?? null,
    diagnosis: {
      code: 'RESULT_MALFORMED',
      message: `The API did not take what came of this trial: ${inWords(error)}`,
      evidence: [],
    },
  };
}
