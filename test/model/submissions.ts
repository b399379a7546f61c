import type { SubmissionInput } from '../../src/model/submission-input.js';

/** A submission without a flaw: two integers of ten values, changed where `changes` says. */
export function submissionOf(changes: Partial<SubmissionInput> = {}): SubmissionInput {
  return {
    name: 'add numbers',
    program: { fileId: 'f1' },
    parameters: [
      { integer: { name: 'x', min: 1, max: 10, step: 1, default: 1 } },
      { integer: { name: 'y', min: 1, max: 10, step: 1, default: 1 } },
    ],
    resultFile: 'results.csv',
    ...changes,
  };
}
