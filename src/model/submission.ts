import { checkConfig } from './check-config.js';
import { checkParameters } from './check-parameters.js';
import { checkProgram, checkResources } from './check-program.js';
import { checkSampled, checkSampling } from './check-sampling.js';
import {
  checkConstants,
  checkDescription,
  checkName,
  checkNumber,
  checkObjective,
  checkResultFile,
  checkTags,
} from './check-text.js';
import type { Problem, Warning } from './errors.js';
import type { ExperimentSpec } from './experiment.js';
import type { Note } from './note.js';
import type { SearchSpace } from './parameter.js';
import { createSearchSpace, trialCount } from './search-space.js';
import type { SubmissionInput } from './submission-input.js';
import { submissionWarnings } from './submission-warnings.js';

/** What a submission amounts to. `spec` and `trialCount` are there exactly when `problems` is empty; warnings are when parameters and sampling have none. */
export interface CheckedSubmission {
  readonly spec?: ExperimentSpec;
  readonly trialCount?: number;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Warning[];
}

const defaultTimeoutSeconds = 3600;

/**
 * Checks a submission by itself: every problem with its path, warnings, and what it amounts to.
 *
 * Does not know which files exist; nothing is expanded, so a space of 10^9
 * trials is checked as fast as one of ten.
 *
 * @param fileName Name of the program's uploaded file.
 */
export function checkSubmission(input: SubmissionInput, fileName: string): CheckedSubmission {
  const problems: Problem[] = [];
  const note: Note = (code, message, field) => problems.push({ code, message, field });

  const spec: ExperimentSpec = {
    name: checkName(input.name, note),
    description: checkDescription(input.description ?? '', note),
    tags: checkTags(input.tags ?? [], note),
    program: checkProgram(input.program, fileName, note),
    parameters: checkParameters(input.parameters, note),
    sampling: checkSampling(input.sampling ?? {}, note),
    constants: checkConstants(input.constants ?? '', note),
    ...(input.configFormat && input.configFormat !== 'INI' ? { configFormat: input.configFormat } : {}),
    ...checkNumbers(input, note),
    resultFile: checkResultFile(input.resultFile, note),
    ...(input.objective ? { objective: checkObjective(input.objective, note) } : {}),
    resources: checkResources(input.resources ?? {}, note),
  };
  if (!hasUsableSpace(problems)) return { problems, warnings: [] };
  checkSampled(spec.parameters, spec.sampling, note);
  if (!hasUsableSpace(problems)) return { problems, warnings: [] };
  const space = createSearchSpace(spec.parameters, spec.sampling);
  checkCount(space, note);
  if (!hasUsableSpace(problems)) return { problems, warnings: [] };
  checkConfig(spec, space, note);
  const warnings = submissionWarnings(spec, trialCount(space));
  return problems.length > 0 ? { problems, warnings } : { spec, trialCount: trialCount(space), problems, warnings };
}

/** Nothing was noted about parameters or sampling: the space can be counted. */
function hasUsableSpace(problems: readonly Problem[]): boolean {
  return !problems.some(({ field }) => field?.[0] === 'parameters' || field?.[0] === 'sampling');
}

function checkNumbers(
  input: SubmissionInput,
  note: Note,
): Pick<ExperimentSpec, 'trialTimeoutSeconds' | 'resultRow' | 'workers'> {
  const trialTimeoutSeconds = input.trialTimeoutSeconds ?? defaultTimeoutSeconds;
  const [resultRow, workers] = [input.resultRow ?? 1, input.workers ?? 1];
  checkNumber(trialTimeoutSeconds, { least: 1, most: Number.MAX_SAFE_INTEGER }, () =>
    note('TIMEOUT_INVALID', `The timeout of a trial is in whole seconds, at least 1; ${trialTimeoutSeconds} is not.`, [
      'trialTimeoutSeconds',
    ]),
  );
  checkNumber(resultRow, { least: -1, most: Number.MAX_SAFE_INTEGER }, () =>
    note('RESULT_ROW_INVALID', `The result row is a whole number, at least -1; ${resultRow} is not.`, ['resultRow']),
  );
  checkNumber(workers, { least: 1, most: 1000 }, () =>
    note('WORKERS_INVALID', `The number of workers is a whole number from 1 to 1000; ${workers} is not.`, ['workers']),
  );
  return { trialTimeoutSeconds, resultRow, workers };
}

function checkCount(space: SearchSpace, note: Note): void {
  if (space.count > BigInt(Number.MAX_SAFE_INTEGER)) {
    const digits = String(space.count).length;
    note('SPACE_TOO_LARGE', `The parameters span more than 2^53 - 1 trials: a number of ${digits} digits.`, [
      'parameters',
    ]);
  }
  if (space.count === 0n) {
    const message =
      'No trial is left to run: two or more parameters do not list their own default, ' +
      'and a trial may leave the default of one parameter only.';
    note('PARAMETER_VALUES_EMPTY', message, ['parameters']);
  }
}
