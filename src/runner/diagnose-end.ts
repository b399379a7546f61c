import type { DiagnosisInput } from '../client/generated/graphql.js';
import type { RunPlan } from './api.js';
import type { ProgramEnd } from './run-program.js';

/** What is wrong with how a program ended; undefined when it ended with exit code 0 by itself. */
export function diagnoseEnd(end: ProgramEnd, plan: RunPlan, lastErrors: readonly string[]): DiagnosisInput | undefined {
  const evidence = [...lastErrors];
  if (end.startError) return diagnoseStart(end.startError);
  if (end.cut === 'timeout') {
    const seconds = plan.trialTimeoutSeconds === 1 ? '1 second' : `${plan.trialTimeoutSeconds} seconds`;
    return {
      code: 'PROGRAM_TIMEOUT',
      message: `The program did not end within ${seconds}, so it was stopped.`,
      hint: 'Give it more time with trialTimeoutSeconds, or look in its log for what it waited for.',
      evidence,
    };
  }
  if (end.signal !== null) {
    return {
      code: 'PROGRAM_SIGNAL',
      message: `The program was ended by signal ${end.signal}.`,
      hint: end.signal === 'SIGKILL' ? 'Often this means too little memory: ask for more in resources.' : null,
      evidence,
    };
  }
  if (end.exitCode === 0) return undefined;
  return {
    code: 'PROGRAM_EXIT',
    message: `The program ended with exit code ${end.exitCode}.`,
    hint: evidence.length > 0 ? 'Its last lines on standard error often say why.' : 'Its log may say why.',
    evidence,
  };
}

function diagnoseStart(error: NodeJS.ErrnoException): DiagnosisInput {
  return { code: 'PROGRAM_NOT_FOUND', ...startInWords(error), evidence: [error.message] };
}

function startInWords({ code, path = 'The program' }: NodeJS.ErrnoException): { message: string; hint: string } {
  switch (code) {
    case 'ENOENT':
      return {
        message: `${path} is not there, or the interpreter that its first line names is not.`,
        hint: 'Check the command and the first line of the program (with Unix line ends).',
      };
    case 'EACCES':
      return { message: `${path} may not be executed.`, hint: 'Check its permissions, or name its kind.' };
    case 'ENOEXEC':
      return {
        message: `${path} is no program for this machine.`,
        hint: 'Build it for the machine that trials run on.',
      };
    default:
      return {
        message: `${path} could not be started: ${code ?? 'unknown error'}.`,
        hint: 'Ask the operator about the limits of the pod.',
      };
  }
}
