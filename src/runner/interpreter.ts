import { execFileSync } from 'node:child_process';
import { accessSync, constants, openSync, closeSync, readSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ProgramNotFound } from './program-not-found.js';

/** The first file of this name that can be executed along a PATH; undefined when there is none. */
export function findOnPath(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, name))
    .find(isExecutableFile);
}

/** @throws ProgramNotFound when Python is not installed */
export function findPython(path: string, directory: string): string {
  const python = findOnPath('python3', path) ?? findOnPath('python', path);
  if (python === undefined) throw notInstalled('python3', 'Python');
  return isScript(python) ? behindShim(python, path, directory) : python;
}

/** @throws ProgramNotFound when Java is not installed */
export function findJava(path: string): string {
  const java = findOnPath('java', path);
  if (java === undefined) throw notInstalled('java', 'Java');
  return java;
}

function notInstalled(name: string, language: string): ProgramNotFound {
  return new ProgramNotFound(
    `${name} is not installed where the trial ran.`,
    `Use an image that has ${language}, or install it there.`,
  );
}

/**
 * The interpreter that a version manager's shim (pyenv, asdf) starts: a shim is a
 * script that takes longer than Python itself, and would do so for every trial.
 */
function behindShim(shim: string, path: string, directory: string): string {
  try {
    const options = { cwd: directory, env: { ...process.env, PATH: path }, encoding: 'utf8', timeout: 10_000 } as const;
    const found = execFileSync(shim, ['-c', 'import sys; print(sys.executable)'], {
      ...options,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return isExecutableFile(found) ? found : shim;
  } catch {
    // It does not tell; each trial will say what is wrong with it.
    return shim;
  }
}

/** True when a file says itself, in its first line, what runs it. */
export function isScript(path: string): boolean {
  const descriptor = openSync(path, 'r');
  try {
    const head = Buffer.alloc(2);
    readSync(descriptor, head);
    return head.toString('latin1') === '#!';
  } finally {
    closeSync(descriptor);
  }
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not there, or not for us.
    return false;
  }
}
