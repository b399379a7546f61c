import { ApiFailure } from '../api-failure.js';
import { at } from '../kinds/reading.js';
import type { KubernetesObject, ResourceName } from '../objects.js';

/** Beyond `metadata.name` and `metadata.namespace`, as the real server knows them. */
const selectable: Readonly<Partial<Record<ResourceName, readonly string[]>>> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
  ],
  jobs: ['status.successful'],
  secrets: ['type'],
  namespaces: ['status.phase'],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
};

/**
 * Parses `path=value,path!=value`. Empty selects everything; an absent field counts as empty text.
 *
 * @throws ApiFailure 400 when it cannot be read, or the field cannot be selected by
 */
export function parseFieldSelector(text: string, resource: ResourceName): (object: KubernetesObject) => boolean {
  const demands = text
    .split(/(?<!\\),/u)
    .filter((term) => term !== '')
    .map((term) => {
      const [, path, operator, value] = /^([^=!]*)(!=|==|=)(.*)$/su.exec(term) ?? [];
      if (path === undefined || value === undefined) {
        throw new ApiFailure(400, 'BadRequest', `invalid selector: '${text}'; can't understand '${term}'`);
      }
      if (!isSelectable(resource, path)) throw unknownField(resource, path);
      const wanted = value.replaceAll(/\\(.)/gsu, '$1');
      return (object: KubernetesObject) => (fieldText(object, path) === wanted) !== (operator === '!=');
    });
  return (object) => demands.every((demand) => demand(object));
}

const isSelectable = (resource: ResourceName, path: string): boolean =>
  path === 'metadata.name' || path === 'metadata.namespace' || (selectable[resource] ?? []).includes(path);

function fieldText(object: KubernetesObject, path: string): string {
  if (path === 'status.successful') return String(at(object, 'status', 'succeeded') ?? 0);
  if (path === 'source') return String(at(object, 'source', 'component') ?? at(object, 'reportingComponent') ?? '');
  if (path === 'spec.hostNetwork') return String(at(object, 'spec', 'hostNetwork') ?? false);
  return String(at(object, ...path.split('.')) ?? '');
}

function unknownField(resource: ResourceName, path: string): ApiFailure {
  const message =
    selectable[resource] === undefined
      ? `"${path}" is not a known field selector: only "metadata.name", "metadata.namespace"`
      : `field label not supported: ${path}`;
  return new ApiFailure(400, 'BadRequest', message);
}
