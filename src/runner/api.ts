import { ClaimTrialsDocument, ReportTrialsDocument } from '../client/generated/graphql.js';
import type { ClaimTrialsMutation, TrialReportInput } from '../client/generated/graphql.js';
import { request, RequestError } from '../client/request.js';
import { tryAgain, type Patience } from './retry.js';
import * as transfer from './transfer.js';

export type RunPlan = NonNullable<ClaimTrialsMutation['claimTrials']['plan']>;
export type Claim = ClaimTrialsMutation['claimTrials']['claims'][number];

export interface ApiAddress {
  /** GraphQL over HTTP. */
  readonly url: string;
  readonly token: string;
  readonly podUid: string;
}

/** What a runner asks of the API. Every call waits out an API that is away for a while. */
export interface Api {
  /** @returns undefined when the experiment is over or cancelled */
  claimFirst(): Promise<{ readonly plan: RunPlan; readonly claims: readonly Claim[] } | undefined>;
  /** Empty when nothing is left to claim, or when the experiment is over or cancelled. */
  claim(limit: number): Promise<readonly Claim[]>;
  /** Resolves when every report was taken, or ignored because its claim no longer stood. */
  report(reports: readonly TrialReportInput[]): Promise<void>;
  /** @throws RequestError when the server refuses the log */
  uploadLog(
    plan: RunPlan,
    trial: { readonly index: number; readonly attempt: number },
    log: { readonly file: string; readonly bytes: number },
  ): Promise<void>;
  /** @throws RequestError when the server refuses */
  download(url: string, path: string): Promise<void>;
}

/** How long one request may take before it counts as lost. */
const requestTimeoutMilliseconds = 15_000;

/** @param patience how long every call goes on after its first failure @throws ApiLost from every call */
export function createApi({ url, token, podUid }: ApiAddress, patience: Patience): Api {
  const endpoint = { url, token };
  /** Indices that were given to this runner and whose report has not been answered. */
  const held = new Set<number>();

  async function claimTrials(limit: number, withPlan: boolean) {
    const { claimTrials: answer } = await tryAgain(
      () =>
        request(
          endpoint,
          ClaimTrialsDocument,
          { input: { podUid, limit, holding: [...held] }, withPlan },
          AbortSignal.timeout(requestTimeoutMilliseconds),
        ),
      patience,
    );
    if (answer.userErrors.some(({ code }) => code === 'CLAIM_REFUSED')) return undefined;
    failOn(answer.userErrors);
    for (const { index } of answer.claims) held.add(index);
    return answer;
  }

  return {
    async claimFirst() {
      const answer = await claimTrials(1, true);
      if (!answer) return undefined;
      if (!answer.plan) throw new Error('The API gave no plan.');
      return { plan: answer.plan, claims: answer.claims };
    },
    async claim(limit) {
      return (await claimTrials(limit, false))?.claims ?? [];
    },
    async report(reports) {
      const variables = { input: { podUid, reports: [...reports] } };
      const { reportTrials: answer } = await tryAgain(
        () => request(endpoint, ReportTrialsDocument, variables, AbortSignal.timeout(requestTimeoutMilliseconds)),
        patience,
      );
      failOn(answer.userErrors.filter(({ code }) => code !== 'CLAIM_REFUSED'));
      for (const { index } of reports) held.delete(index);
    },
    uploadLog(plan, { index, attempt }, { file, bytes }) {
      const target = new URL(plan.logUrl);
      target.searchParams.set('index', String(index));
      target.searchParams.set('attempt', String(attempt));
      return tryAgain(() => transfer.upload(target.href, token, file, bytes), patience);
    },
    download: (from, path) => tryAgain(() => transfer.download(from, token, path), patience),
  };
}

function failOn(userErrors: readonly { readonly message: string }[]): void {
  if (userErrors.length > 0) throw new RequestError(200, userErrors);
}
