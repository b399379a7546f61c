export type DiagnosisCode =
  | 'PROGRAM_EXIT'
  | 'PROGRAM_SIGNAL'
  | 'PROGRAM_TIMEOUT'
  | 'PROGRAM_NOT_FOUND'
  | 'RESULT_MISSING'
  | 'RESULT_MALFORMED'
  | 'POD_LOST'
  | 'JOB_FAILED'
  | 'TRIALS_FAILED'
  | 'JOB_REFUSED'
  | 'CLUSTER_UNREACHABLE';

/** Why something failed or waits, and what to do about it. */
export interface Diagnosis {
  readonly code: DiagnosisCode;
  /** One sentence, in the user's terms. */
  readonly message: string;
  readonly hint?: string;
  /** Where it was read: a condition, a container state, an exit. */
  readonly evidence: readonly string[];
  /** RFC 3339. */
  readonly since?: string;
}
