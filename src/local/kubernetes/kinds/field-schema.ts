import { objectFields } from './object-fields.js';
import { podFields } from './pod-fields.js';
import { volumeFields } from './volume-fields.js';

/**
 * What a field holds. `type` is a JSON type in Go's spelling, or `object`
 * (a named set of fields), `list`, `map` (any keys), `any` (kept unread),
 * `quantity` and `intOrString` (number or text), `time`, `bytes` (base64).
 */
export type FieldType =
  | {
      readonly type:
        | 'string'
        | 'boolean'
        | 'int32'
        | 'int64'
        | 'double'
        | 'time'
        | 'quantity'
        | 'intOrString'
        | 'bytes'
        | 'any';
    }
  | { readonly type: 'object'; readonly name: string }
  | { readonly type: 'map'; readonly of: FieldType }
  | {
      readonly type: 'list';
      readonly of: FieldType;
      /** How a strategic merge patch joins two lists: by this key, as a set, or (absent) not at all. */
      readonly merge?: { readonly key?: string };
    };

type Plain = Exclude<FieldType['type'], 'object' | 'map' | 'list'>;

const plain: ReadonlySet<string> = new Set<Plain>([
  'string',
  'boolean',
  'int32',
  'int64',
  'double',
  'time',
  'quantity',
  'intOrString',
  'bytes',
  'any',
]);

const isPlain = (name: string): name is Plain => plain.has(name);

/**
 * The fields of every type of this API, condensed from the OpenAPI document of
 * Kubernetes 1.36.
 *
 * Notation, one type after the other: `Name: field type number, …`, where
 * a type is a plain one, `[of]`, `{of}` or the name of another type; `@key`
 * after a list says that a strategic merge patch joins it by `key`, a lone `@`
 * as a set; `!` (retainKeys) is read and has no effect. The number is that of
 * the field in protobuf; `2.6` is field 6 of the message in field 2, which JSON
 * writes inline. Without one: not on the wire.
 */
export const fieldSchema: ReadonlyMap<string, ReadonlyMap<string, FieldType>> = new Map(
  entries().map(([name, fields]) => [name, new Map(fields.map(([field, type]) => [field, parseType(type)]))]),
);

/** The numbers of `fieldSchema`'s fields on the wire, from the outside in: type → field → numbers. */
export const wireNumbers: ReadonlyMap<string, ReadonlyMap<string, readonly number[]>> = new Map(
  entries().map(([name, fields]) => [
    name,
    new Map(fields.flatMap(([field, , wire]) => (wire === '' ? [] : [[field, wire.split('.').map(Number)]]))),
  ]),
);

/** Type names with their fields: name, type, number. */
function entries(): [string, [string, string, string][]][] {
  return `${podFields}${volumeFields}${objectFields}`
    .split(/\n+(?! )/u)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', fields = ''] = line.replaceAll(/\s+/gu, ' ').split(/: ?(.*)/u);
      const split = fields.split(', ').filter((pair) => pair !== '');
      return [
        name,
        split.map((pair) => {
          const [field = '', type = '', wire = ''] = pair.split(' ');
          return [field, type, wire];
        }),
      ];
    });
}

function parseType(text: string): FieldType {
  const list = /^\[(.*)\](@(\w*))?!?$/u.exec(text);
  if (list) {
    const of = parseType(list[1] ?? '');
    if (list[2] === undefined) return { type: 'list', of };
    return { type: 'list', of, merge: list[3] ? { key: list[3] } : {} };
  }
  const map = /^\{(.*)\}$/u.exec(text);
  if (map) return { type: 'map', of: parseType(map[1] ?? '') };
  const name = text.replace('!', '');
  return isPlain(name) ? { type: name } : { type: 'object', name };
}
