import { hasControl, pathFlaw } from './check-text.js';
import type { Program, Resources } from './experiment.js';
import type { Note } from './note.js';
import type { ProgramInput, ResourcesInput } from './submission-input.js';

/** Not whether the file exists, nor whether the executable is in it: only the reader of the file knows. */
export function checkProgram(input: ProgramInput, fileName: string, note: Note): Program {
  const { executable, command, image } = input;
  if (typeof executable === 'string') {
    const flaw = executable.split('/').includes('..') ? 'has .. in its path' : pathFlaw(executable);
    if (flaw) note('PROGRAM_INVALID', `The executable ${flaw}.`, ['program', 'executable']);
  }
  if (command) checkCommand(command, note);
  if (typeof image === 'string' && !isImageReference(image)) {
    const shown = image.length > 60 || hasControl(image) ? 'The image' : `"${image}"`;
    const message = `${shown} is no container image reference, such as ghcr.io/lab/solver:1.2 or python@sha256:….`;
    note('PROGRAM_INVALID', message, ['program', 'image']);
  }
  return {
    fileId: input.fileId,
    fileName,
    kind: input.kind ?? 'AUTO',
    ...(typeof executable === 'string' && { executable }),
    ...(command && { command }),
    ...(typeof image === 'string' && { image }),
  };
}

const domainPart = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const domain = `(?:${domainPart}(?:\\.${domainPart})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const pathPart = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const imageReference = new RegExp(
  `^((?:${domain}/)?${pathPart}(?:/${pathPart})*)(?::\\w[\\w.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$`,
);

/** A name of at most 255 characters, then a tag, a digest, both or neither. @see github.com/distribution/reference, regexp.go */
function isImageReference(text: string): boolean {
  if (text.length > 512) return false;
  const [, name] = imageReference.exec(text) ?? [];
  return name !== undefined && name.length <= 255;
}

function checkCommand(command: readonly string[], note: Note): void {
  const field = ['program', 'command'];
  if (command.length === 0) {
    note('PROGRAM_INVALID', 'The command is empty: leave it out to have the program found.', field);
  }
  if (command.length > 100) {
    note('ARGUMENT_INVALID', `The command has ${command.length} entries; 100 are allowed.`, field);
  }
  if (command[0]?.trim() === '') {
    note('PROGRAM_INVALID', 'The first entry of the command, the program, is empty.', [...field, '0']);
  }
  for (const [at, entry] of command.slice(0, 100).entries()) {
    if (entry.includes('\0')) {
      note('PROGRAM_INVALID', 'An entry of the command has a NUL character.', [...field, String(at)]);
    }
  }
}

export function checkResources(input: ResourcesInput, note: Note): Resources {
  const { cpu, memory } = input;
  if (typeof cpu === 'string' && !isQuantity(cpu)) refuse('cpu', cpu, note);
  if (typeof memory === 'string' && !isQuantity(memory)) refuse('memory', memory, note);
  else if (typeof memory === 'string' && /[num]$/.test(memory)) {
    const message = `The memory ${memory} is less than a byte by its unit: use Mi or Gi.`;
    note('RESOURCES_INVALID', message, ['resources', 'memory']);
  }
  return { ...(typeof cpu === 'string' && { cpu }), ...(typeof memory === 'string' && { memory }) };
}

function refuse(name: 'cpu' | 'memory', text: string, note: Note): void {
  const shown = text.length > 40 || hasControl(text) ? 'The value' : `"${text}"`;
  note('RESOURCES_INVALID', `${shown} is no Kubernetes quantity above 0.`, ['resources', name]);
}

/** @see Kubernetes API, resource.Quantity: number, then a binary or decimal suffix, or an exponent. */
function isQuantity(text: string): boolean {
  const match = /^\+?(\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d{1,2})?$/.exec(text);
  return match !== null && Number(match[1]) > 0;
}
