import { GraphQLError } from 'graphql';
import { experiment, trial } from '../client/facts.js';
import type { StreamServer } from '../client/stream-server.js';
import { startStreamServer } from '../client/stream-server.js';

export const csv = 'Experiment Run,Sum,x\n0,2,1\n1,TIMEOUT,2\n';
const details = {
  program: { kind: 'PYTHON', file: { id: 'f1', name: 'add.py', size: 8, url: '/files/f1' } },
  parameters: [{ name: 'x', min: 1, max: 2, step: 1, scale: 'LINEAR' }],
  sampling: { kind: 'GLADOS' },
  constants: '',
  configFormat: 'INI',
  trialTimeoutSeconds: 3600,
  resultFile: 'r.csv',
  resultRow: 1,
  resources: {},
};
const refused = {
  code: 'PARAMETER_STEP_INVALID',
  message: 'The step is 0.',
  hint: 'Give one above 0.',
  field: ['parameters', '0', 'integer', 'step'],
};

export const diagnosis = {
  code: 'PROGRAM_TIMEOUT' as const,
  message: 'It took longer than 60 s.',
  hint: 'Raise trialTimeoutSeconds.',
  evidence: [],
  since: null,
};

export interface Answers {
  phase: 'SUCCEEDED' | 'FAILED';
  /** What was submitted, in order. */
  readonly submitted: Record<string, unknown>[];
}

/** A server that knows one experiment, e1, of two trials, and refuses a submission that is called so. */
export function startAnsweringServer(answers: Answers): Promise<StreamServer> {
  const results = {
    columns: ['Experiment Run', 'Sum', 'x'],
    rows: [
      ['0', '2', '1'],
      ['1', 'TIMEOUT', '2'],
    ],
    pageInfo: { hasNextPage: false, hasPreviousPage: false },
    totalCount: 2,
  };
  const failed = {
    nodes: [trial(1, { phase: 'TIMED_OUT', diagnosis })],
    totalCount: 1,
    edges: [],
    pageInfo: results.pageInfo,
  };
  const found = () => ({
    ...experiment({ phase: answers.phase }),
    ...details,
    results,
    trials: failed,
    trial: { ...trial(1), config: '', log: 'first\nsecond' },
  });
  return startStreamServer({
    Query: {
      experiment: (_parent, { id }) => (id === 'e1' ? found() : null),
      experiments: (_parent, { filter }) => {
        if ((filter as { search?: string } | undefined)?.search === 'secret') {
          throw new GraphQLError('Who are you?', { extensions: { code: 'UNAUTHENTICATED' } });
        }
        return { nodes: [found()], edges: [], totalCount: 1, pageInfo: results.pageInfo };
      },
    },
    Mutation: {
      createUpload: () => ({
        upload: { fileId: 'f1', url: '/uploads/f1', expiresAt: '2026-11-25T10:00:00.000Z', complete: true },
        userErrors: [],
      }),
      submitExperiment: (_parent, { input }) => {
        answers.submitted.push(input as Record<string, unknown>);
        const isRefused = (input as { name: string }).name === 'refused';
        return isRefused
          ? { warnings: [], userErrors: [refused] }
          : { experiment: found(), warnings: [], userErrors: [] };
      },
    },
    handle: (request, response) => {
      if (request.url === '/files/e1/results.csv') response.end(csv);
      else response.writeHead(404).end();
    },
  });
}
