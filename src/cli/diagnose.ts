import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import { exitCodes } from './failures.js';
import type { Out } from './out.js';
import { tableLines } from './table.js';

export const diagnosisFormats = ['table', 'json'] as const;

/** What is wrong with one Job; `code` is null when nothing is. */
export interface Answer {
  readonly job: string | null;
  readonly namespace: string | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly hint: string | null;
  readonly evidence: readonly string[];
  /** RFC 3339. */
  readonly since: string | null;
  /** In the words of `kubectl get pods`, in the order of the file. */
  readonly podStatuses: readonly { readonly name: string; readonly status: string }[];
  /** In the words of `kubectl get job`; null when there is no Job. */
  readonly jobStatus: string | null;
}

/** One answer per Job in `value`. `at` is in milliseconds since 1970. @throws Error that says what is wrong with the form of `value`. */
export type Diagnose = (value: unknown, at?: number) => readonly Answer[];

export interface DiagnoseNeeds {
  readonly diagnose: Diagnose;
  readonly stdout: Out;
  readonly stderr: Out;
  /** All of the standard input. */
  readonly readInput: () => Promise<string>;
}

/**
 * Says why Jobs and pods wait or failed, by files alone: no server and no cluster is asked.
 *
 * A file that cannot be read is named on stderr; the others are answered all the same.
 *
 * @param files paths; `-` is the standard input.
 * @returns 0 when nothing is wrong anywhere, 1 when something is, 2 when a file could not be read.
 */
export async function diagnoseFiles(
  needs: DiagnoseNeeds,
  files: readonly string[],
  { output, at }: { output: (typeof diagnosisFormats)[number]; at?: number },
): Promise<number> {
  const answers: (Answer & { file: string })[] = [];
  let unreadable = 0;
  for (const file of files) {
    try {
      const value = parsed(file === '-' ? await needs.readInput() : await readFile(file, 'utf8'));
      answers.push(...needs.diagnose(value, at).map((answer) => ({ file, ...answer })));
    } catch (error) {
      unreadable += 1;
      needs.stderr.write(`${file} cannot be read: ${(error as Error).message}.\n`);
    }
  }
  if (output === 'json') needs.stdout.write(`${JSON.stringify(answers, null, 2)}\n`);
  else printAnswers(answers, needs.stdout);
  if (unreadable > 0) return exitCodes.usage;
  return answers.some(({ code }) => code !== null) ? exitCodes.failed : exitCodes.done;
}

function printAnswers(answers: readonly (Answer & { file: string })[], stdout: Out): void {
  const rows = answers.map(({ file, job, jobStatus, podStatuses, code, message, hint }) => [
    file,
    job ?? podStatuses[0]?.name ?? '',
    jobStatus ?? '',
    code ?? '-',
    message === null ? 'Nothing is wrong.' : [message, hint].filter((text) => text !== null).join(' '),
  ]);
  stdout.write(`${tableLines(['FILE', 'JOB', 'STATUS', 'CODE', 'MESSAGE'], rows).join('\n')}\n`);
}

/** JSON, or YAML as `kubectl -o yaml` prints it. @throws Error with line and column of what is neither. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // JSON.parse does not say where; YAML holds JSON, and its parser does.
    const lineCounter = new LineCounter();
    const document = parseDocument(text, { prettyErrors: false, lineCounter });
    const [error] = document.errors;
    if (!error) return document.toJS();
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new Error(`it is neither JSON nor YAML at line ${line}, column ${col} (${error.message})`, { cause: error });
  }
}
