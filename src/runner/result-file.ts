import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { isUtf8 } from 'node:buffer';
import type { DiagnosisInput } from '../client/generated/graphql.js';
import { readCsvRow, type ResultRow } from './result-row.js';

const largestFileBytes = 16 * 1024 * 1024;
const listedFiles = 20;

/** What went wrong with a result file, in one sentence. */
class Malformed extends Error {}

/**
 * Reads the result row that a program left in its directory.
 *
 * @param resultFile relative to `directory`; it may not lie outside of it, be it by a symbolic link
 * @param resultRow 0 the header row, 1 the first data row, -1 the last row
 * @returns a diagnosis instead of a row when there is none to read
 */
export function readResultFile(directory: string, resultFile: string, resultRow: number): ResultRow | DiagnosisInput {
  try {
    const bytes = readInside(directory, resultFile);
    return readCsvRow(decode(bytes), resultRow);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return missing(directory, resultFile);
    return {
      code: 'RESULT_MALFORMED',
      message: `${resultFile} could not be used: ${(error as Error).message}`,
      hint: 'Write a CSV file in UTF-8: one header row, then rows with as many values.',
      evidence: [],
    };
  }
}

function readInside(directory: string, resultFile: string): Buffer {
  const root = realpathSync(directory);
  const path = realpathSync(join(root, resultFile));
  if (!path.startsWith(root + sep)) throw new Malformed('it lies outside the trial’s directory.');
  // Not blocking: a pipe in the place of the file would wait for a writer for ever.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) throw new Malformed('it is a directory.');
    if (!stat.isFile()) throw new Malformed('it is no ordinary file.');
    if (stat.size > largestFileBytes)
      throw new Malformed(`it has ${stat.size} bytes; at most ${largestFileBytes} are read.`);
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function decode(bytes: Buffer): string {
  if (bytes.length === 0) throw new Malformed('it is empty.');
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new Malformed('it is written in UTF-16, not in UTF-8.');
  }
  if (bytes.includes(0)) throw new Malformed('it is a binary file, not CSV.');
  if (!isUtf8(bytes)) throw new Malformed('it holds bytes that are not UTF-8.');
  return bytes.toString('utf8');
}

function missing(directory: string, resultFile: string): DiagnosisInput {
  const names = readdirSync(directory).filter((name) => !/^config\.(ini|yaml|json)$/.test(name));
  const list = names.slice(0, listedFiles).join(', ') + (names.length > listedFiles ? ', …' : '');
  return {
    code: 'RESULT_MISSING',
    message: `The program ended with exit code 0, but it wrote no ${resultFile}.`,
    hint: 'Let the program write it into its working directory, or name the file that it writes.',
    evidence: [names.length === 0 ? 'It wrote no files.' : `It wrote: ${list}`],
  };
}
