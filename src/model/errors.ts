/** Every expected failure: its code, and what to do when there is one thing to do. docs/errors.md is held to this table by a test. */
export const errorTable = {
  ARGUMENT_INVALID: undefined,
  EXPERIMENT_NOT_FOUND: 'List experiments to see the ids that exist.',
  EXPERIMENT_ALREADY_FINISHED: undefined,
  EXPERIMENT_NOT_FINISHED: 'Cancel it first, or wait for its end.',
  EXPERIMENT_STOPPING: 'Wait until it is CANCELLED.',
  FILE_NOT_FOUND: 'Upload the file with createUpload, then use the fileId that it gave.',
  FILE_NOT_COMPLETE: 'PUT all bytes to the URL that createUpload gave, then submit again.',
  IDEMPOTENCY_KEY_REUSED: 'Use a new key for a new experiment.',
  NAME_INVALID: 'A name has 1 to 200 characters.',
  TAGS_INVALID: 'At most 5 tags, each of 1 to 40 characters, no tag twice.',
  PARAMETERS_EMPTY: 'Give at least one parameter.',
  PARAMETER_NAME_INVALID: undefined,
  PARAMETER_NAME_DUPLICATE: 'Names are unique over parameters and group columns.',
  PARAMETER_RANGE_INVALID: undefined,
  PARAMETER_STEP_INVALID: undefined,
  PARAMETER_VALUES_EMPTY: undefined,
  SAMPLING_INVALID: undefined,
  GROUP_COLUMNS_UNEQUAL: 'Row i of a group takes entry i of every column.',
  CONFIG_INVALID: 'A place holds the value alone: put quotes around it where it may be text.',
  SPACE_TOO_LARGE: 'Use fewer values: trials are numbered up to 2^53 - 1.',
  RESULT_FILE_INVALID: 'Name a CSV file relative to the trial’s directory, such as results.csv.',
  RESULT_ROW_INVALID: '0 is the header row, 1 the first data row, -1 the last row.',
  OBJECTIVE_INVALID: 'Name one column of the result file, spelled as in its header, such as accuracy.',
  TIMEOUT_INVALID: 'Give whole seconds, at least 1.',
  WORKERS_INVALID: 'Give 1 to 1000 workers.',
  RESOURCES_INVALID: 'Use Kubernetes quantities, such as 500m, 2, 256Mi or 4Gi.',
  PROGRAM_INVALID: undefined,
  TRIAL_INDEX_OUT_OF_RANGE: undefined,
  TRIALS_NOT_RETRIABLE: 'Trials in phase FAILED, TIMED_OUT or CANCELLED can be run again.',
  CLAIM_REFUSED: undefined,
} as const satisfies Record<string, string | undefined>;

export type ErrorCode = keyof typeof errorTable;

/** One expected failure. `field` is a path into the input, e.g. ['parameters', '2', 'float', 'step']. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly field?: readonly string[];
}

/** Something that works, but perhaps not as meant. */
export interface Warning {
  readonly code: 'MANY_TRIALS' | 'DEFAULT_NOT_LISTED' | 'VALUE_TWICE' | 'UNKNOWN_PLACE';
  readonly message: string;
  readonly field?: readonly string[];
}

/** Thrown for expected failures; reaches clients as `userErrors`. Anything else thrown is a defect. */
export class DomainError extends Error {
  readonly problems: readonly Problem[];

  constructor(...problems: readonly [Problem, ...Problem[]]) {
    super(problems.map((problem) => problem.message).join(' '));
    this.problems = problems;
  }
}

/** The way out of a problem, when there is one to name. */
export function hintFor(code: ErrorCode): string | undefined {
  return errorTable[code];
}
