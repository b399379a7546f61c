import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClaimTrialsInput, ReportTrialsInput, TrialReportInput } from '../../src/client/generated/graphql.js';
import type { RunPlan } from '../../src/runner/api.js';

export interface KeptUpload {
  readonly trial: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly contentLength: string | undefined;
}

/** How the API behaves for one request; undefined: as it should. */
export type Fault = 'unavailable' | 'reset' | 'unauthenticated' | 'claim-refused' | 'answer-lost';

export interface ApiDouble extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  /** Reports in the order in which they were applied, one for each claim at most. */
  readonly applied: TrialReportInput[];
  readonly uploads: KeptUpload[];
  /** Names of operations, and sizes of claims, in order. */
  readonly asked: { readonly operation: string; readonly size: number }[];
  /** Indices nobody has claimed, or that were given back. */
  readonly waiting: number[];
  /** Decides before each request how it is answered. */
  fault: (operation: string) => Fault | undefined;
  /** Decides which reports are invalid; a request that holds one is refused whole. */
  isInvalid: (report: TrialReportInput) => boolean;
  applicationOf(index: number): TrialReportInput;
}

interface Content {
  readonly program: Buffer | string;
  readonly configs: readonly string[];
  readonly plan?: Partial<RunPlan>;
  /** By index; none when left out. */
  readonly settings?: readonly (readonly { readonly name: string; readonly value: string }[])[];
}

/** The other end of a runner: answers ClaimTrials and ReportTrials by their laws, gives the program, takes logs. */
export async function startApi({ program, configs, plan, settings = [] }: Content): Promise<ApiDouble> {
  const token = 'a-token-of-one-experiment';
  const open = new Map<number, number>();
  const attempts = new Map<number, number>();
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const double: ApiDouble = {
    url: `${base}/graphql`,
    token,
    applied: [],
    uploads: [],
    asked: [],
    waiting: configs.map((_, index) => index),
    fault: () => undefined,
    isInvalid: () => false,
    applicationOf(index) {
      const report = double.applied.find((one) => one.index === index);
      if (!report)
        throw new Error(
          `Trial ${index} was not reported; these were: ${double.applied.map((one) => one.index).join()}`,
        );
      return report;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };

  const wholePlan: RunPlan = {
    experimentId: 'experiment-1',
    programName: 'program.mjs',
    programUrl: `${base}/program`,
    programKind: 'AUTO',
    executable: null,
    configFormat: 'INI',
    command: null,
    trialTimeoutSeconds: 20,
    resultFile: 'results.csv',
    resultRow: 1,
    logUrl: `${base}/logs`,
    ...plan,
  };

  function claimTrials({ limit, holding }: ClaimTrialsInput, withPlan: boolean, isRefused: boolean) {
    const unheard = [...open.keys()].filter((index) => !holding.includes(index));
    const claims = (isRefused ? [] : [...unheard, ...double.waiting.splice(0, limit)]).map((index) => {
      const attempt = (attempts.get(index) ?? 0) + 1;
      attempts.set(index, attempt);
      open.set(index, attempt);
      return { index, attempt, config: configs[index], settings: settings[index] ?? [] };
    });
    const userErrors = isRefused ? [{ code: 'CLAIM_REFUSED', message: 'The experiment was cancelled.' }] : [];
    return { claimTrials: { ...(withPlan ? { plan: isRefused ? null : wholePlan } : {}), claims, userErrors } };
  }

  function reportTrials({ reports }: ReportTrialsInput) {
    if (reports.some((report) => double.isInvalid(report))) {
      const userErrors = [{ code: 'ARGUMENT_INVALID', message: 'A value is not welcome.' }];
      return { reportTrials: { applied: [], ignored: [], userErrors } };
    }
    const applied = reports.filter(({ index, attempt }) => open.get(index) === attempt);
    for (const report of applied) {
      open.delete(report.index);
      double.applied.push(report);
      if (report.outcome === 'RELEASED') double.waiting.push(report.index);
    }
    const ignored = reports.filter((report) => !applied.includes(report));
    return { reportTrials: { applied: indices(applied), ignored: indices(ignored), userErrors: [] } };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', base);
    if (request.headers.authorization !== `Bearer ${token}`) return void response.writeHead(401).end();
    if (pathname === '/program') return void response.end(program);
    if (pathname === '/logs') return takeLog(request, response, searchParams);
    const { query, variables } = JSON.parse((await readAll(request)).toString()) as { query: string; variables: never };
    const operation = /mutation (\w+)/.exec(query)?.[1] ?? '';
    const { input, withPlan } = variables as { input: ClaimTrialsInput & ReportTrialsInput; withPlan: boolean };
    double.asked.push({ operation, size: input.limit ?? input.reports.length });
    const fault = double.fault(operation);
    if (fault === 'reset') return void request.socket.destroy();
    if (fault === 'unavailable') return void response.writeHead(503).end('<h1>Service Unavailable</h1>');
    if (fault === 'unauthenticated') {
      return sendJson(response, {
        errors: [{ message: 'The token was revoked.', extensions: { code: 'UNAUTHENTICATED' } }],
      });
    }
    const content =
      operation === 'ClaimTrials' ? claimTrials(input, withPlan, fault === 'claim-refused') : reportTrials(input);
    if (fault === 'answer-lost') return void request.socket.destroy();
    sendJson(response, { data: content });
  }

  async function takeLog(
    request: IncomingMessage,
    response: ServerResponse,
    parameters: URLSearchParams,
  ): Promise<void> {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      hash.update(chunk);
    }
    const trial = `${parameters.get('index')}.${parameters.get('attempt')}`;
    double.uploads.push({ trial, bytes, sha256: hash.digest('hex'), contentLength: request.headers['content-length'] });
    response.writeHead(204).end();
  }

  return double;
}

const indices = (reports: readonly TrialReportInput[]): number[] => reports.map(({ index }) => index);

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
