import type { FailureCause } from '../api-failure.js';
import { ApiFailure } from '../api-failure.js';
import { forbidden, unsupported } from '../kinds/names.js';
import { joinedInvalid } from './option-failures.js';
import { badRequest } from './failure-status.js';
import { parseFieldSelector } from './field-selector.js';
import { parseLabelSelector } from './label-selector.js';
import type { KubernetesObject, ResourceName } from '../objects.js';

/** The query of a list, a watch or a deletion of many, checked. */
export interface ListOptions {
  readonly selects: (object: KubernetesObject) => boolean;
  /** False when the query has no selector at all. */
  readonly hasSelector: boolean;
  /** 0: no limit. */
  readonly limit: number;
  readonly continueToken: string;
  /** As given; '' when absent. */
  readonly version: string;
  readonly match: '' | 'Exact' | 'NotOlderThan';
  readonly watch: boolean;
  readonly bookmarks: boolean;
  readonly initialEvents: boolean | undefined;
  readonly timeoutSeconds: number;
}

/** @throws ApiFailure 400 for what cannot be read, 422 for what does not go together */
export function parseListOptions(query: URLSearchParams, resource: ResourceName, watchPath: boolean): ListOptions {
  const labels = query.get('labelSelector') ?? '';
  const fields = query.get('fieldSelector') ?? '';
  const selectsLabels = parseLabelSelector(labels);
  const selectsFields = parseFieldSelector(fields, resource);
  const watch = watchPath || flag(query, 'watch') === true;
  const options: ListOptions = {
    selects: (object) => selectsLabels(object.metadata.labels ?? {}) && selectsFields(object),
    hasSelector: labels !== '' || fields !== '',
    limit: Math.max(0, integer(query, 'limit')),
    continueToken: query.get('continue') ?? '',
    version: query.get('resourceVersion') ?? '',
    match: checkMatch(query.get('resourceVersionMatch') ?? ''),
    watch,
    bookmarks: flag(query, 'allowWatchBookmarks') === true,
    initialEvents: flag(query, 'sendInitialEvents'),
    timeoutSeconds: integer(query, 'timeoutSeconds'),
  };
  const causes = watch ? watchCauses(options) : listCauses(options);
  if (causes.length > 0) throw joinedInvalid('ListOptions', causes);
  if (!watch && options.continueToken !== '' && options.version !== '' && options.version !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  return options;
}

/** A resourceVersion as a number. @throws ApiFailure: 400, or for a watch 500, as the real server does */
export function parseVersion(version: string, watch: boolean): number {
  if (version === '') return 0;
  if (/^\d+$/u.test(version)) return Number(version);
  const why = `resourceVersion: Invalid value: ${JSON.stringify(version)}: strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`;
  throw watch ? new ApiFailure(500, '', why) : badRequest(`invalid resource version: ${why}`);
}

function checkMatch(match: string): ListOptions['match'] {
  if (match === '' || match === 'Exact' || match === 'NotOlderThan') return match;
  throw joinedInvalid('ListOptions', [unsupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', ''])]);
}

function listCauses({ match, version, continueToken, initialEvents }: ListOptions): FailureCause[] {
  const field = 'resourceVersionMatch';
  return [
    ...(initialEvents === undefined ? [] : [forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list')]),
    ...(match !== '' && version === ''
      ? [forbidden(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided')]
      : []),
    ...(match !== '' && continueToken !== ''
      ? [forbidden(field, 'resourceVersionMatch is forbidden when continue is provided')]
      : []),
    ...(match === 'Exact' && version === '0'
      ? [forbidden(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')]
      : []),
  ];
}

function watchCauses({ match, initialEvents }: ListOptions): FailureCause[] {
  const field = 'resourceVersionMatch';
  if (initialEvents === undefined) {
    return match === ''
      ? []
      : [forbidden(field, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')];
  }
  return match === 'NotOlderThan'
    ? []
    : [forbidden(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')];
}

function integer(query: URLSearchParams, name: string): number {
  const text = query.get(name);
  if (text === null || text === '') return 0;
  if (!/^[+-]?\d+$/u.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

/** As apimachinery reads booleans in a query: anything but 0 and false is true, present and empty included. */
function flag(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  return text === null ? undefined : !['0', 'false'].includes(text.toLowerCase());
}
