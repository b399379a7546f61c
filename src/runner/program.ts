import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { RequestError } from '../client/request.js';
import type { Api, RunPlan } from './api.js';
import { contentRoot, findExecutable, insideOf, type Executable } from './find-executable.js';
import { findKind } from './program-kind.js';
import { ProgramNotFound } from './program-not-found.js';
import { resolveCommand, startCommand } from './start-command.js';
import { unpack } from './unpack.js';
import { ZipError } from './zip-archive.js';

/** How the program is started, before the configuration file's path, and where trials' directories are made. */
export interface Launch {
  readonly argv: readonly [string, ...string[]];
  /** Holds the program; every trial's directory lies in it, so that `../` is the program's place. */
  readonly directory: string;
}

export interface ProgramPlace {
  /** The runner's own directory. */
  readonly work: string;
  /** The PATH that the program will see. */
  readonly path: string;
}

/**
 * Fetches the program and finds out how to start it.
 *
 * @throws ProgramNotFound when there is nothing to start, which is the user's to mend
 * @throws ApiLost when it could not be fetched
 */
export async function prepareProgram(plan: RunPlan, api: Pick<Api, 'download'>, place: ProgramPlace): Promise<Launch> {
  const directory = join(place.work, 'program');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  keepNodeToItself(place.work);
  const file = join(directory, safeName(plan.programName));
  try {
    await api.download(plan.programUrl, file);
    return (await needsUnpacking(file, plan))
      ? await fromZip(file, directory, plan, place)
      : await fromFile(file, directory, plan, place);
  } catch (error) {
    if (error instanceof ZipError) throw new ProgramNotFound(error.message, 'Pack the program again and submit it.');
    if (error instanceof RequestError)
      throw new ProgramNotFound(`The program could not be fetched: ${error.message}`, 'Submit it again.');
    throw error;
  }
}

async function needsUnpacking(file: string, { executable, programKind }: RunPlan): Promise<boolean> {
  const kind = await findKind(file);
  if (kind === 'JAVA') return executable != null || (programKind !== 'AUTO' && programKind !== 'JAVA');
  return kind === 'ZIP';
}

async function fromZip(zip: string, directory: string, plan: RunPlan, place: ProgramPlace): Promise<Launch> {
  const packed = join(place.work, 'program.packed');
  renameSync(zip, packed);
  await unpack(packed, directory);
  rmSync(packed);
  const root = contentRoot(directory);
  if (plan.command?.length) return { argv: resolveCommand(plan.command, root), directory: root };
  const executable =
    plan.executable == null
      ? await findExecutable(root, plan.programKind)
      : await named(directory, root, plan.executable, plan);
  return { argv: startCommand(executable, place.path, root), directory: root };
}

async function named(directory: string, root: string, executable: string, plan: RunPlan): Promise<Executable> {
  const path = insideOf(directory, executable) ?? insideOf(root, executable);
  if (path !== undefined) return asExecutable(path, plan);
  const list = readdirSync(root).sort().slice(0, 20).join(', ');
  throw new ProgramNotFound(`The zip holds no file ${executable}.`, 'Name `executable` by its path inside the zip.', [
    `It holds: ${list}`,
  ]);
}

async function fromFile(file: string, directory: string, plan: RunPlan, place: ProgramPlace): Promise<Launch> {
  if (plan.command?.length) return { argv: resolveCommand(plan.command, directory), directory };
  return { argv: startCommand(await asExecutable(file, plan), place.path, directory), directory };
}

async function asExecutable(path: string, { programKind }: RunPlan): Promise<Executable> {
  const kind = programKind === 'AUTO' ? await findKind(path) : programKind;
  if (kind !== undefined && kind !== 'ZIP') return { path, kind };
  throw new ProgramNotFound(
    `It is not plain how ${basename(path)} is to be started.`,
    'Say which kind of program it is, or give the command that starts it.',
  );
}

/** A name and nothing else: what was uploaded says how it is called. */
function safeName(name: string): string {
  const last = basename(name.replaceAll('\\', '/')).replaceAll('\0', '');
  return last === '' || last === '.' || last === '..' ? 'program' : last;
}

/** Node looks for a package.json in every directory above a program; what it found outside would change how the program is read. */
function keepNodeToItself(work: string): void {
  const file = join(work, 'package.json');
  if (!existsSync(file)) writeFileSync(file, '{}\n');
}
