import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Program } from './program.js';

/** How files begin that Linux or macOS execute: `#!`, ELF, Mach-O of either byte order, of one or several machines. */
const beginnings = ['2321', '7f454c46', 'feedface', 'feedfacf', 'cefaedfe', 'cffaedfe', 'cafebabe'];

/** The file that a program's name stands for: as it is written, or the first executable one of that name in PATH. */
export function findProgram(file: string, { directory, environment }: Program): string | undefined {
  const candidates = file.includes('/')
    ? [isAbsolute(file) ? file : join(directory, file)]
    : (environment.get('PATH') ?? '').split(':').map((part) => join(part, file));
  return candidates.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

/** Whether the kernel would execute the file. True also of one that may not be read or executed: that is another failure. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.X_OK);
  } catch {
    // Executing it tells what is wrong.
    return true;
  }
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(4);
    readSync(file, start, 0, start.length, 0);
    return beginnings.some((beginning) => start.toString('hex').startsWith(beginning));
  } finally {
    closeSync(file);
  }
}
