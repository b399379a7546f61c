import { DomainError, type Problem } from '../model/errors.js';
import type { OpenUpload } from '../store/files.js';
import type { CommandNeeds } from './needs.js';

export interface UploadRequest {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Hex. */
  readonly sha256?: string;
}

/** Opens an upload. @throws DomainError ARGUMENT_INVALID */
export function createUpload({ files, now }: Pick<CommandNeeds, 'files' | 'now'>) {
  return (owner: string, request: UploadRequest): Promise<OpenUpload> => {
    const [first, ...rest] = problemsOf(request);
    if (first) throw new DomainError(first, ...rest);
    return files.open({ ...request, owner, now: now() });
  };
}

function problemsOf({ name, sha256 }: UploadRequest): Problem[] {
  const problems: Problem[] = [];
  if (name.trim() === '' || name.length > 255 || /[/\\\p{Cc}]/u.test(name)) {
    problems.push({
      code: 'ARGUMENT_INVALID',
      message: 'A file name has 1 to 255 characters and no slash.',
      field: ['name'],
    });
  }
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256)) {
    problems.push({ code: 'ARGUMENT_INVALID', message: 'A SHA-256 is 64 hex digits.', field: ['sha256'] });
  }
  return problems;
}
