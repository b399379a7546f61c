import { createHash } from 'node:crypto';
import { fieldSchema } from '../kinds/field-schema.js';
import type { FieldType } from '../kinds/field-schema.js';
import { kinds } from '../resources.js';
import type { Kind } from '../resources.js';
import { kubernetesVersion, openApiPathOf } from './discovery.js';

/**
 * The OpenAPI v3 documents, without descriptions and with only the operations
 * that clients look at: kubectl finds there that the server validates fields
 * itself, and how lists are merged by a patch.
 */
export function openApiDocument(path: string): object | undefined {
  if (path === '/openapi/v3') {
    const paths = [...new Set(kinds.map(openApiPathOf))].map((name) => {
      const hash = createHash('sha256')
        .update(JSON.stringify(documentOf(name)))
        .digest('hex')
        .toUpperCase();
      return [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${hash}` }];
    });
    return { paths: Object.fromEntries(paths) as object };
  }
  const name = path.replace(/^\/openapi\/v3\//u, '');
  return kinds.some((kind) => openApiPathOf(kind) === name) ? documentOf(name) : undefined;
}

function documentOf(name: string): object {
  const own = kinds.filter((kind) => openApiPathOf(kind) === name);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: kubernetesVersion.gitVersion },
    paths: Object.fromEntries(own.map((kind) => [`/${name}/${pathOf(kind)}`, operations(kind)])) as object,
    components: { schemas: schemasOf(own) },
  };
}

const pathOf = (kind: Kind): string => `${kind.namespaced ? 'namespaces/{namespace}/' : ''}${kind.resource}/{name}`;

const query = (name: string) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } });

function operations(kind: Kind): object {
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation'].map(query);
  const about = { parameters, 'x-kubernetes-group-version-kind': gvk(kind) };
  const ok = { 200: { description: 'OK' } };
  return {
    get: { ...about, 'x-kubernetes-action': 'get', responses: ok },
    put: { ...about, 'x-kubernetes-action': 'put', responses: ok },
    patch: { ...about, 'x-kubernetes-action': 'patch', responses: ok },
    delete: { ...about, 'x-kubernetes-action': 'delete', responses: ok },
  };
}

const gvk = ({ group, version, kind }: Kind): object => ({ group, version, kind });

/** The types of the kinds and all they refer to. */
function schemasOf(own: readonly Kind[]): object {
  const wanted = own.map((kind) => kind.kind);
  const schemas: Record<string, object> = {};
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (name in schemas) continue;
    const properties = [...(fieldSchema.get(name) ?? [])].map(([field, type]) => {
      const referred = referredBy(type);
      if (referred !== undefined) wanted.push(referred);
      return [field, schemaOf(type)];
    });
    const kind = own.find((one) => one.kind === name);
    schemas[name] = {
      type: 'object',
      properties: Object.fromEntries(properties) as object,
      ...(kind && { 'x-kubernetes-group-version-kind': [gvk(kind)] }),
    };
  }
  return schemas;
}

function referredBy(type: FieldType): string | undefined {
  if (type.type === 'object') return type.name;
  return type.type === 'list' || type.type === 'map' ? referredBy(type.of) : undefined;
}

function schemaOf(type: FieldType): object {
  switch (type.type) {
    case 'object':
      return { $ref: `#/components/schemas/${type.name}` };
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(type.of) };
    case 'list':
      return {
        type: 'array',
        items: schemaOf(type.of),
        ...(type.merge && { 'x-kubernetes-patch-strategy': 'merge' }),
        ...(type.merge?.key !== undefined && { 'x-kubernetes-patch-merge-key': type.merge.key }),
      };
    case 'int32':
    case 'int64':
      return { type: 'integer', format: type.type };
    case 'double':
      return { type: 'number', format: 'double' };
    case 'boolean':
      return { type: 'boolean' };
    case 'any':
      return { type: 'object' };
    case 'intOrString':
    case 'quantity':
      return { oneOf: [{ type: 'string' }, { type: 'number' }] };
    case 'time':
      return { type: 'string', format: 'date-time' };
    case 'bytes':
      return { type: 'string', format: 'byte' };
    case 'string':
      return { type: 'string' };
  }
}
