import type { Document, Node } from 'yaml';
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import { closest } from './closest.js';
import type { Shape } from './experiment-shape.js';

/** Something in the file that is not as it has to be. */
export interface Problem {
  /** Where, e.g. ["parameters", "2", "float", "step"]; empty is the whole file. */
  readonly path: readonly string[];
  /** One sentence. */
  readonly message: string;
  /** Offset in the text, when the spot is known better than by the path. */
  readonly offset?: number;
}

interface Reading {
  readonly document: Document;
  readonly problems: Problem[];
}

/**
 * Reads a YAML node as `shape` says and notes what does not fit.
 *
 * Where text is asked for, a number or a word such as `true` is taken as it is
 * written: `values: [1.0, yes]` is "1.0" and "yes".
 *
 * @returns a plain value; what it holds in place of something that does not fit is not to be used.
 */
export function readShape(document: Document, shape: Shape): { value: unknown; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const value = read({ document, problems }, shape, document.contents, []);
  return { value, problems };
}

function read(reading: Reading, shape: Shape, given: unknown, path: readonly string[]): unknown {
  const node = isAlias(given) ? given.resolve(reading.document) : given;
  switch (shape.is) {
    case 'list':
      if (!isSeq(node)) return misfit(reading, 'a list', node, path);
      return node.items.map((item, index) => read(reading, shape.of, item, [...path, String(index)]));
    case 'mapping':
    case 'one of':
      return readFields(reading, shape, node, path);
    case 'short or mapping':
      if (isMap(node)) return read(reading, shape.mapping, node, path);
      if (!isScalar(node))
        return misfit(reading, `text, or a mapping with ${listed(Object.keys(shape.mapping.fields))}`, node, path);
      return { [shape.field]: read(reading, shape.short, node, path) };
    default:
      return readScalar(reading, shape, node, path);
  }
}

function readFields(
  reading: Reading,
  shape: Shape & { is: 'mapping' | 'one of' },
  node: unknown,
  path: readonly string[],
): Record<string, unknown> | undefined {
  const known = Object.keys(shape.fields);
  if (!isMap(node)) {
    const keys = shape.is === 'one of' ? `one of ${listed(known)}` : listed(known);
    return misfit(reading, `a mapping with ${keys}`, node, path);
  }
  const value: Record<string, unknown> = {};
  for (const { key, value: given } of node.items) {
    const name = isScalar(key) ? String(key.value) : String(key);
    const field = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
    if (field) value[name] = read(reading, field, given, [...path, name]);
    else {
      const meant = closest(name, known);
      const message = `is not a key that is known here. ${meant ? `Did you mean ${meant}?` : `Known are ${listed(known)}.`}`;
      reading.problems.push({ path: [...path, name], message, ...offsetOf(key) });
    }
  }
  const missing = shape.is === 'mapping' ? shape.required.filter((name) => !node.has(name)) : [];
  for (const name of missing)
    reading.problems.push({ path: [...path, name], message: 'is missing.', ...offsetOf(node) });
  if (shape.is === 'one of' && node.items.length !== 1) {
    reading.problems.push({ path, message: `has to have exactly one of ${listed(known)}.`, ...offsetOf(node) });
  }
  return value;
}

function readScalar(
  reading: Reading,
  shape: Shape & { is: 'text' | 'integer' | 'number' | 'boolean' | 'choice' },
  node: unknown,
  path: readonly string[],
): unknown {
  const value: unknown = isScalar(node) ? node.value : undefined;
  switch (shape.is) {
    case 'text':
      if (!isScalar(node) || value === null) break;
      return typeof value === 'string' ? value : (node.source ?? String(value));
    case 'integer':
      if (typeof value === 'number' && Number.isInteger(value)) return value;
      break;
    case 'number':
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      break;
    case 'boolean':
      if (typeof value === 'boolean') return value;
      break;
    case 'choice': {
      const choice = typeof value === 'string' ? value.toUpperCase() : '';
      if (shape.of.includes(choice)) return choice;
      return misfit(reading, `one of ${listed(shape.of)}`, node, path);
    }
  }
  return misfit(
    reading,
    shape.is === 'integer' ? 'an integer' : shape.is === 'text' ? 'text' : `a ${shape.is}`,
    node,
    path,
  );
}

function misfit(reading: Reading, wanted: string, node: unknown, path: readonly string[]): undefined {
  reading.problems.push({ path, message: `has to be ${wanted}, and is ${described(node)}.`, ...offsetOf(node) });
  return undefined;
}

function described(node: unknown): string {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  if (!isScalar(node) || node.value === null) return 'empty';
  return typeof node.value === 'string'
    ? `the text ${JSON.stringify(node.value)}`
    : (node.source ?? String(node.value));
}

function offsetOf(node: unknown): { offset?: number } {
  const offset = (node as Node | null | undefined)?.range?.[0];
  return offset === undefined ? {} : { offset };
}

/** Given [ 'a', 'b', 'c' ] returns 'a, b or c'. */
function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
