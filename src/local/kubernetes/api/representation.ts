import { ApiFailure } from '../api-failure.js';
import { columns } from '../kinds/columns.js';
import type { KubernetesObject } from '../objects.js';
import { apiVersionOf } from '../resources.js';
import type { Kind } from '../resources.js';

/** How objects are written in an answer: whole, their metadata only, or as rows of a table for people. */
export interface Representation {
  one(object: KubernetesObject): object;
  list(items: readonly KubernetesObject[], metadata: object): object;
  /** What stands in a watch event, as JSON; a table has its column titles only in the first. */
  event(object: KubernetesObject, isFirst: boolean): string;
  bookmark(version: string, annotations?: Record<string, string>): object;
}

/**
 * Chooses by the Accept header; JSON only.
 *
 * @param includeObject of the query: what a table's rows carry beside the cells
 * @throws ApiFailure 406 when nothing that is accepted can be made
 */
export function chooseRepresentation(kind: Kind, accept: string, includeObject: string | null): Representation {
  for (const clause of accept === '' ? ['*/*'] : accept.split(',')) {
    const [type = '', ...parameters] = clause.split(';').map((part) => part.trim());
    if (!['application/json', 'application/*', '*/*'].includes(type)) continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    if (as === undefined) return whole(kind);
    const group = parameters.find((parameter) => parameter.startsWith('g='))?.slice(2);
    const version = parameters.find((parameter) => parameter.startsWith('v='))?.slice(2);
    if (group !== 'meta.k8s.io' || version !== 'v1') continue;
    if (as === 'Table') return table(kind, includeObject ?? 'Metadata');
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return metadataOnly();
  }
  const accepted = 'only the following media types are accepted: application/json';
  throw new ApiFailure(406, 'NotAcceptable', accepted);
}

function whole(kind: Kind): Representation {
  const apiVersion = apiVersionOf(kind);
  return {
    one: (object) => object,
    // Items of a typed list carry no apiVersion and kind of their own.
    list: (items, metadata) => ({ kind: `${kind.kind}List`, apiVersion, metadata, items: items.map(untyped) }),
    event: textOf,
    bookmark: (resourceVersion, annotations) => ({
      kind: kind.kind,
      apiVersion,
      metadata: { resourceVersion, ...(annotations && { annotations }) },
    }),
  };
}

/** One change is told to many watchers: it is written out once. Objects of the store never change. */
const texts = new WeakMap<KubernetesObject, string>();

function textOf(object: KubernetesObject): string {
  let text = texts.get(object);
  if (text === undefined) texts.set(object, (text = JSON.stringify(object)));
  return text;
}

const untyped = (object: KubernetesObject): object => ({ ...object, kind: undefined, apiVersion: undefined });

const partial = ({ metadata }: Pick<KubernetesObject, 'metadata'>): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});

const metadataOnly = (): Representation => ({
  one: partial,
  list: (items, metadata) => ({
    kind: 'PartialObjectMetadataList',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    items: items.map(partial),
  }),
  event: (object) => JSON.stringify(partial(object)),
  bookmark: (resourceVersion, annotations) => ({
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion, ...(annotations && { annotations }) },
  }),
});

function table(kind: Kind, include: string): Representation {
  const titles = columns[kind.resource];
  const columnDefinitions = titles.map(({ name, wide }) => ({
    name,
    type: 'string',
    format: name === 'Name' ? 'name' : '',
    description: '',
    priority: wide ? 1 : 0,
  }));
  const row = (object: KubernetesObject, now: number): object => ({
    cells: titles.map(({ cell }) => cell(object, now)),
    object: include === 'Object' ? object : include === 'None' ? null : partial(object),
  });
  const of = (metadata: object, items: readonly KubernetesObject[], withTitles = true): object => ({
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: withTitles ? columnDefinitions : null,
    rows: items.map((object) => row(object, Date.now())),
  });
  return {
    one: (object) => of({ resourceVersion: object.metadata.resourceVersion }, [object]),
    list: (items, metadata) => of(metadata, items),
    event: (object, isFirst) =>
      JSON.stringify(of({ resourceVersion: object.metadata.resourceVersion }, [object], isFirst)),
    bookmark: (resourceVersion, annotations) => of({ resourceVersion, ...(annotations && { annotations }) }, [], false),
  };
}
