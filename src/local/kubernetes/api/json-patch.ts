import { isDeepStrictEqual } from 'node:util';
import { ApiFailure } from '../api-failure.js';
import { isFields } from '../kinds/reading.js';
import { badRequest } from './failure-status.js';

/**
 * Applies a JSON Patch (RFC 6902) to `document`, which is changed and returned.
 *
 * @throws ApiFailure 400 when it is no patch, 422 when an operation does not apply or a `test` fails
 */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    );
  }
  const root = { document };
  for (const operation of patch) {
    if (!isFields(operation)) throw refused();
    applyOne(root, operation);
  }
  return root.document;
}

interface Root {
  document: unknown;
}

function applyOne(root: Root, operation: Record<string, unknown>): void {
  const path = pointer(operation['path']);
  switch (operation['op']) {
    case 'add':
      return put(root, path, operation['value'], true);
    case 'replace':
      read(root, path);
      return put(root, path, operation['value'], false);
    case 'remove':
      return take(root, path);
    case 'test':
      if (!isDeepStrictEqual(read(root, path), operation['value'])) throw refused();
      return;
    case 'copy':
      return put(root, path, structuredClone(read(root, pointer(operation['from']))), true);
    case 'move': {
      const from = pointer(operation['from']);
      const value = read(root, from);
      take(root, from);
      return put(root, path, value, true);
    }
    default:
      throw refused();
  }
}

function pointer(text: unknown): string[] {
  if (text === '') return [];
  if (typeof text !== 'string' || !text.startsWith('/')) throw refused();
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(root: Root, path: readonly string[]): unknown {
  let found: unknown = root.document;
  for (const part of path) {
    if (Array.isArray(found)) found = found[indexIn(part, found.length - 1)];
    else if (isFields(found) && Object.hasOwn(found, part)) found = found[part];
    else throw refused();
  }
  return found;
}

function put(root: Root, path: readonly string[], value: unknown, insert: boolean): void {
  const last = path.at(-1);
  if (last === undefined) {
    root.document = value;
    return;
  }
  const parent = read(root, path.slice(0, -1));
  if (Array.isArray(parent)) {
    const index = last === '-' && insert ? parent.length : indexIn(last, insert ? parent.length : parent.length - 1);
    parent.splice(index, insert ? 0 : 1, value);
  } else if (isFields(parent)) {
    Object.defineProperty(parent, last, { value, enumerable: true, configurable: true, writable: true });
  } else throw refused();
}

function take(root: Root, path: readonly string[]): void {
  const last = path.at(-1);
  if (last === undefined) throw refused();
  read(root, path);
  const parent = read(root, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (isFields(parent)) delete parent[last];
}

function indexIn(part: string, most: number): number {
  if (!/^(0|[1-9]\d*)$/u.test(part) || Number(part) > most) throw refused();
  return Number(part);
}

const refused = (): ApiFailure =>
  new ApiFailure(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
