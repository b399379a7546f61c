import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Document } from 'yaml';
import { LineCounter, isNode, parseDocument } from 'yaml';
import type { ProgramInput, SubmitExperimentInput } from '../client/generated/graphql.js';
import { experimentShape } from './experiment-shape.js';
import { readShape } from './read-shape.js';

/** An experiment as written in a file, not yet handed in. */
export interface ExperimentFile {
  /** Absolute. */
  readonly path: string;
  readonly directory: string;
  /** Absolute path of the program: a file or a directory. */
  readonly programPath: string;
  /** The submission, as soon as the program has been uploaded as `fileId`. */
  inputWith(fileId: string): SubmitExperimentInput;
  /** Where the server's path into the input lies in the file: "experiment.yml:14:9: parameters.2.float.step". */
  locate(field: readonly string[]): string;
}

/** The file cannot be read as an experiment. Each problem is one sentence that begins with where. */
export class ExperimentFileError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

const usualName = 'experiment.yml';

/**
 * Reads an experiment from a file, or from the experiment.yml of a directory.
 *
 * Checks the form only: keys, types, that the program is there. What the values
 * mean is the server's to check.
 *
 * @throws ExperimentFileError naming every problem, with line and column
 */
export async function readExperimentFile(given: string): Promise<ExperimentFile> {
  const path = await findFile(given);
  const label = relative(process.cwd(), path) || basename(path);
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new ExperimentFileError([`${label} cannot be read: ${error.message}.`]);
  });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${label}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw new ExperimentFileError(
      document.errors.map((error) => `${at(error.pos[0])}: This is not YAML: ${error.message}.`.replace(/\.+$/, '.')),
    );
  }
  if (document.contents === null) throw new ExperimentFileError([`${label}: The file is empty.`]);

  const { value, problems } = readShape(document, experimentShape);
  if (problems.length > 0) {
    throw new ExperimentFileError(
      problems.map(({ path: keys, message, offset }) => {
        const where = offset === undefined ? label : at(offset);
        return `${where}: ${keys.length === 0 ? 'The file' : keys.join('.')} ${message}`;
      }),
    );
  }
  // The shape has just been checked, key by key.
  const { program, ...rest } = value as Omit<SubmitExperimentInput, 'program'> & {
    program: Omit<ProgramInput, 'fileId'> & { file: string };
  };
  const { file, ...howToStart } = program;
  const directory = dirname(path);
  const programPath = resolve(directory, file);
  const locate = (field: readonly string[]): string => {
    const keys = field.map((key, index) => (index === 1 && field[0] === 'program' && key === 'fileId' ? 'file' : key));
    const offset = offsetOf(document, keys);
    return `${offset === undefined ? label : at(offset)}: ${keys.join('.')}`;
  };
  if (!(await exists(programPath))) {
    throw new ExperimentFileError([
      `${locate(['program', 'file'])} names ${file}, which is not there (looked for ${programPath}).`,
    ]);
  }
  return {
    path,
    directory,
    programPath,
    inputWith: (fileId) => ({ ...rest, program: { ...howToStart, fileId } }),
    locate,
  };
}

async function findFile(given: string): Promise<string> {
  const path = resolve(given);
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new ExperimentFileError([`There is no file or directory ${given}.`]);
  if (!found.isDirectory()) return path;
  const inside = join(path, usualName);
  if (!(await exists(inside))) throw new ExperimentFileError([`The directory ${given} has no ${usualName}.`]);
  return inside;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** Offset of the value at `keys`, or of the nearest thing around it that is there. */
function offsetOf(document: Document, keys: readonly string[]): number | undefined {
  for (let length = keys.length; length >= 0; length -= 1) {
    const node = document.getIn(
      keys.slice(0, length).map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
      true,
    );
    if (isNode(node) && node.range) return node.range[0];
  }
  return undefined;
}
