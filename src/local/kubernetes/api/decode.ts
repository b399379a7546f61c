import { ApiFailure } from '../api-failure.js';
import { fit, Misfit, notHandled } from '../kinds/fit.js';
import { unsupported } from '../kinds/names.js';
import { textOf } from '../kinds/reading.js';
import type { Fields } from '../kinds/reading.js';
import { apiVersionOf } from '../resources.js';
import type { Kind } from '../resources.js';
import { badRequest } from './failure-status.js';
import { joinedInvalid } from './option-failures.js';
import type { Route } from './route.js';

export interface Decoded {
  readonly object: Fields;
  readonly warnings: readonly string[];
}

/**
 * An object of the route's kind from a decoded body: right kind, right
 * namespace, only known fields. Unknown ones are dropped with a warning, or
 * refused with `fieldValidation=Strict`.
 *
 * @param refusal of values of a wrong type; by default 400
 * @throws ApiFailure 400
 */
export function decodeObject(
  body: Fields,
  { kind, namespace }: Route,
  query: URLSearchParams,
  refusal: (why: string) => ApiFailure = (why) => notHandled(kind.kind, kind.version, why),
): Decoded {
  const { object, unknown } = fitTo(kind, body, refusal);
  const level = fieldValidation(query);
  if (level === 'Strict' && unknown.length > 0) {
    const list = unknown.map((path) => `unknown field "${path}"`).join(', ');
    throw notHandled(kind.kind, kind.version, `strict decoding error: ${list}`);
  }
  const metadata = object['metadata'] as Fields;
  const given = textOf(metadata['namespace']);
  if (kind.namespaced && given !== '' && given !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (kind.namespaced) metadata['namespace'] = namespace;
  else delete metadata['namespace'];
  return { object, warnings: level === 'Ignore' ? [] : unknown.map((path) => `unknown field "${path}"`) };
}

/** Fits a body to its kind; `managedFields` is not kept by this server. @throws ApiFailure 400 */
function fitTo(
  kind: Kind,
  body: Fields,
  refusal: (why: string) => ApiFailure,
): { readonly object: Fields; readonly unknown: readonly string[] } {
  const apiVersion = apiVersionOf(kind);
  const given = { apiVersion: textOf(body['apiVersion']), kind: textOf(body['kind']) };
  if (given.kind !== '' && given.kind !== kind.kind) {
    const version = given.apiVersion.split('/').at(-1) ?? '';
    const why = `converting (${version}.${given.kind}) to (${kind.group || 'core'}.${kind.kind}): unknown conversion`;
    throw badRequest(`${given.kind} in version "${version}" cannot be handled as a ${kind.kind}: ${why}`);
  }
  if (given.apiVersion !== '' && given.apiVersion !== apiVersion) {
    throw badRequest(
      `the API version in the data (${given.apiVersion}) does not match the expected API version (${apiVersion})`,
    );
  }
  try {
    const { value, unknown } = fit(body, kind.kind);
    const metadata: Fields = { ...(value['metadata'] as Fields | undefined) };
    delete metadata['managedFields'];
    delete metadata['selfLink'];
    return { object: { ...value, apiVersion, kind: kind.kind, metadata }, unknown };
  } catch (error) {
    if (error instanceof Misfit) throw refusal(error.message);
    throw error;
  }
}

function fieldValidation(query: URLSearchParams): 'Ignore' | 'Warn' | 'Strict' {
  const level = query.get('fieldValidation') ?? '';
  if (level === 'Ignore' || level === 'Strict' || level === 'Warn') return level;
  if (level === '') return 'Warn';
  throw joinedInvalid('CreateOptions', [unsupported('fieldValidation', level, ['', 'Ignore', 'Strict', 'Warn'])]);
}

/** Whether nothing may be stored. @param kind of options, for the refusal. @throws ApiFailure 422 */
export function isDryRun(
  values: readonly string[],
  kind: 'CreateOptions' | 'UpdateOptions' | 'DeleteOptions',
): boolean {
  const wrong = values.filter((value) => value !== 'All' && value !== '');
  if (wrong.length > 0) {
    const message = `Unsupported value: ${JSON.stringify(wrong)}: supported values: "All"`;
    throw joinedInvalid(kind, [{ reason: 'FieldValueNotSupported', field: 'dryRun', message }]);
  }
  return values.includes('All');
}

/** The body of a request that must have one. @throws ApiFailure 400 */
export function needBody(body: Fields | undefined, kind: Kind): Fields {
  if (body) return body;
  const why = "couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)";
  throw new ApiFailure(400, 'BadRequest', `the object provided is unrecognized (must be of type ${kind.kind}): ${why}`);
}
