import type { Fields } from '../kinds/reading.js';
import type { KubernetesObject } from '../objects.js';
import type { Representation } from './representation.js';

/** Where the same events are shown in the form of events.k8s.io: to be read only. */
const home = '/apis/events.k8s.io/v1';
const apiVersion = 'events.k8s.io/v1';

/** The core path of what is asked for in the group events.k8s.io; undefined for another path or another resource. */
export function coreEventsPath(path: string): string | undefined {
  const rest = path.startsWith(`${home}/`) ? path.slice(home.length) : '';
  return /^(\/watch)?(\/namespaces\/[^/]+)?\/events(\/[^/]+)?$/u.test(rest) ? `/api/v1${rest}` : undefined;
}

/** Field selectors by the names of the core group. */
export function withCoreSelectors(query: URLSearchParams): URLSearchParams {
  const translated = new URLSearchParams(query);
  const fields = query.get('fieldSelector');
  if (fields !== null) {
    const named = fields.replaceAll(/(^|,)regarding\./gu, '$1involvedObject.');
    translated.set('fieldSelector', named.replaceAll(/(^|,)reportingController/gu, '$1reportingComponent'));
  }
  return translated;
}

/** Events as events.k8s.io writes them. */
export const eventsView: Representation = {
  one: viewOf,
  list: (items, metadata) => ({
    kind: 'EventList',
    apiVersion,
    metadata,
    items: items.map((event) => ({ ...viewOf(event), kind: undefined, apiVersion: undefined })),
  }),
  event: (event) => JSON.stringify(viewOf(event)),
  bookmark: (resourceVersion, annotations) => ({
    kind: 'Event',
    apiVersion,
    metadata: { resourceVersion, ...(annotations && { annotations }) },
  }),
};

function viewOf(event: KubernetesObject): Fields {
  const { metadata, involvedObject, message, source, firstTimestamp, lastTimestamp, count, ...rest } = event;
  const { reportingComponent, ...kept } = rest;
  return {
    ...kept,
    apiVersion,
    metadata,
    regarding: involvedObject,
    note: message,
    reportingController: reportingComponent,
    deprecatedSource: source,
    deprecatedFirstTimestamp: firstTimestamp ?? null,
    deprecatedLastTimestamp: lastTimestamp ?? null,
    deprecatedCount: count,
  };
}
