import type { Problem } from '../model/errors.js';
import { checkSubmission, type CheckedSubmission } from '../model/submission.js';
import type { SubmissionInput } from '../model/submission-input.js';
import type { Files } from '../store/files.js';

/** Checks a submission by the model's laws, and that its program is there. */
export async function checkWithProgram(files: Files, input: SubmissionInput): Promise<CheckedSubmission> {
  const file = await files.get(input.program.fileId);
  const checked = checkSubmission(input, file?.name ?? '');
  if (file) return checked;
  const { spec: _spec, ...rest } = checked;
  return { ...rest, problems: [...checked.problems, await missing(files, input.program.fileId)] };
}

async function missing(files: Files, fileId: string): Promise<Problem> {
  const field = ['program', 'fileId'];
  return (await files.wasOpened(fileId))
    ? { code: 'FILE_NOT_COMPLETE', message: `The bytes of file "${fileId}" have not all come.`, field }
    : { code: 'FILE_NOT_FOUND', message: `There is no file "${fileId}".`, field };
}
