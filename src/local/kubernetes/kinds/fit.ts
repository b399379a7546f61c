import { ApiFailure } from '../api-failure.js';
import { fieldSchema } from './field-schema.js';
import type { FieldType } from './field-schema.js';
import { isFields } from './reading.js';
import type { Fields } from './reading.js';

/** What a value of the wrong type is called in the refusal. */
export class Misfit extends Error {}

/**
 * Brings a decoded body into the shape of its kind, as decoding into Go's
 * structs does: unknown fields go (their paths are returned), nulls go, values
 * of a wrong type are refused.
 *
 * @param typeName for example `Job`
 * @throws Misfit in Go's words, without the "in version" part
 */
export function fit(value: Fields, typeName: string): { readonly value: Fields; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  const fitted = fitObject(value, typeName, '', unknown);
  return { value: fitted, unknown: unknown.sort() };
}

function fitObject(value: Fields, typeName: string, path: string, unknown: string[]): Fields {
  const fields = fieldSchema.get(typeName);
  const fitted: Fields = {};
  for (const [name, inner] of Object.entries(value)) {
    const here = path === '' ? name : `${path}.${name}`;
    const type = fields?.get(name);
    if (!type) unknown.push(here);
    else if (inner !== null) fitted[name] = fitValue(inner, type, { path: here, owner: typeName, unknown });
  }
  return fitted;
}

interface Place {
  readonly path: string;
  readonly owner: string;
  readonly unknown: string[];
}

function fitValue(value: unknown, type: FieldType, place: Place): unknown {
  switch (type.type) {
    case 'any':
      return value;
    case 'object':
      if (!isFields(value)) throw misfit(value, goNames[type.name] ?? `v1.${type.name}`, place);
      return fitObject(value, type.name, place.path, place.unknown);
    case 'map':
      if (!isFields(value)) throw misfit(value, 'map[string]string', place);
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, inner]) => inner !== null)
          .map(([key, inner]) => [key, fitValue(inner, type.of, { ...place, path: `${place.path}.${key}` })]),
      );
    case 'list':
      if (!Array.isArray(value)) throw misfit(value, '[]' + goTypeOf(type.of), place);
      return value.map((inner, i) => fitValue(inner, type.of, { ...place, path: `${place.path}[${i}]` }));
    case 'intOrString':
    case 'quantity':
      if (typeof value !== 'string' && typeof value !== 'number') throw misfit(value, 'resource.Quantity', place);
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw misfit(value, 'bool', place);
      return value;
    case 'int32':
    case 'int64':
      if (typeof value !== 'number' || !Number.isInteger(value)) throw misfit(value, type.type, place);
      if (type.type === 'int32' && Math.abs(value) > 0x7fffffff) throw misfit(value, type.type, place);
      return value;
    case 'double':
      if (typeof value !== 'number') throw misfit(value, 'float64', place);
      return value;
    case 'bytes':
      if (typeof value !== 'string') throw misfit(value, 'uint8', place);
      return checkBase64(value);
    case 'time':
      if (typeof value !== 'string') throw misfit(value, 'Time', place);
      if (value !== '' && Number.isNaN(Date.parse(value))) {
        throw new Misfit(`parsing time "${value}" as "2006-01-02T15:04:05Z07:00": cannot parse`);
      }
      return value;
    case 'string':
      if (typeof value !== 'string') throw misfit(value, 'string', place);
      return value;
  }
}

const goNames: Readonly<Record<string, string>> = { PodTemplateSpec: 'v1.PodTemplateSpec' };

const goTypeOf = (type: FieldType): string => (type.type === 'object' ? `v1.${type.name}` : type.type);

/** Go names the struct, then the path of fields without indices and map keys. */
function misfit(value: unknown, wanted: string, { path, owner }: Place): Misfit {
  const fields = path.replaceAll(/\[\d+\]/gu, '');
  return new Misfit(
    `json: cannot unmarshal ${jsonTypeOf(value)} into Go struct field ${owner}.${fields} of type ${wanted}`,
  );
}

function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'number' : `number ${value}`;
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

function checkBase64(text: string): string {
  const wrong = /[^A-Za-z0-9+/=\r\n]/u.exec(text);
  if (wrong) throw new Misfit(`illegal base64 data at input byte ${wrong.index}`);
  const bare = text.replaceAll(/[\r\n]/gu, '');
  if (!/^(?:[^=]{4})*(?:[^=]{2}==|[^=]{3}=)?$/u.test(bare)) {
    throw new Misfit(`illegal base64 data at input byte ${bare.length}`);
  }
  return bare;
}

/** The refusal of a body that does not fit, as the real server words it. */
export const notHandled = (kind: string, version: string, why: string): ApiFailure =>
  new ApiFailure(400, 'BadRequest', `${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`);
