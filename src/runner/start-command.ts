import { chmodSync, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { insideOf, type Executable } from './find-executable.js';
import { findJava, findPython, isScript } from './interpreter.js';

/**
 * How a program of a known kind is started.
 *
 * @param path the PATH that the program will see
 * @throws ProgramNotFound when what it needs is not installed
 */
export function startCommand(program: Executable, path: string, directory: string): [string, ...string[]] {
  switch (program.kind) {
    case 'PYTHON':
      return [findPython(path, directory), '-u', program.path];
    case 'NODE':
      return [process.execPath, program.path];
    case 'JAVA':
      return [findJava(path), '-jar', program.path];
    case 'SHELL':
      return isScript(program.path) ? [madeExecutable(program.path)] : ['sh', program.path];
    case 'BINARY':
      return [madeExecutable(program.path)];
  }
}

/**
 * The user's own command, in which relative paths of files that lie in the program's
 * directory become absolute: it runs in a directory of its own.
 */
export function resolveCommand(command: readonly string[], directory: string): [string, ...string[]] {
  const [first = '', ...rest] = command.map((part) => (isAbsolute(part) ? part : (insideOf(directory, part) ?? part)));
  return [first.startsWith(directory) ? madeExecutable(first) : first, ...rest];
}

function madeExecutable(path: string): string {
  chmodSync(path, statSync(path).mode | 0o500);
  return path;
}
