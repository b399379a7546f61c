import type { DiagnosisInput } from '../client/generated/graphql.js';

/** There is no program to start. It is the user's to mend, so every trial says so. */
export class ProgramNotFound extends Error {
  constructor(
    message: string,
    readonly hint?: string,
    readonly evidence: readonly string[] = [],
  ) {
    super(message);
  }

  toDiagnosis(): DiagnosisInput {
    return { code: 'PROGRAM_NOT_FOUND', message: this.message, hint: this.hint ?? null, evidence: [...this.evidence] };
  }
}
