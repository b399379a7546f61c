import { createHash, randomBytes } from 'node:crypto';
import { DomainError, type Warning } from '../model/errors.js';
import type { Experiment } from '../model/experiment.js';
import type { SubmissionInput } from '../model/submission-input.js';
import { countsFor } from '../model/transitions.js';
import { checkWithProgram } from './check-submission.js';
import type { CommandNeeds } from './needs.js';

export interface Submitted {
  readonly experiment: Experiment;
  readonly warnings: readonly Warning[];
}

/**
 * Records an experiment. Its trials are counted, not expanded; its Job is made
 * by the reconciler, later.
 *
 * @throws DomainError with every problem of the submission, or IDEMPOTENCY_KEY_REUSED
 */
export function submitExperiment({ experiments, files, now }: Pick<CommandNeeds, 'experiments' | 'files' | 'now'>) {
  return async (owner: string, input: SubmissionInput, idempotencyKey?: string): Promise<Submitted> => {
    const { spec, problems, warnings, trialCount } = await checkWithProgram(files, input);
    const [first, ...rest] = problems;
    if (first) throw new DomainError(first, ...rest);
    if (!spec || trialCount === undefined) throw new Error('A submission without problems has a specification.');
    const id = newExperimentId();
    const experiment = await experiments.add({
      experiment: {
        ...spec,
        id,
        phase: 'QUEUED',
        createdAt: new Date(now()).toISOString(),
        counts: countsFor(trialCount),
        nextIndex: 0,
        version: 1,
      },
      owner,
      submissionHash: createHash('sha256').update(JSON.stringify(spec)).digest('hex'),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
    if (experiment.id !== id || (await files.use(spec.program.fileId))) return { experiment, warnings };
    await experiments.withdraw(id);
    const message = `The file "${spec.program.fileId}" was deleted with the last experiment that ran it.`;
    throw new DomainError({ code: 'FILE_NOT_FOUND', message, field: ['program', 'fileId'] });
  };
}

/** 16 characters of 0-9 and a-v: 80 random bits, good in a DNS label. */
function newExperimentId(): string {
  return BigInt(`0x${randomBytes(10).toString('hex')}`)
    .toString(32)
    .padStart(16, '0');
}
