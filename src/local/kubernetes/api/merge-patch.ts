import { fieldSchema } from '../kinds/field-schema.js';
import type { FieldType } from '../kinds/field-schema.js';
import { isFields } from '../kinds/reading.js';
import type { Fields } from '../kinds/reading.js';

/** A JSON Merge Patch (RFC 7386): null removes, lists are replaced. Neither argument is changed. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const merged = new Map(Object.entries(isFields(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, applyMergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}

/**
 * A strategic merge patch: as a merge patch, but lists of named things are
 * joined by their key, as the schema of the type says. Understands `$patch:
 * delete|replace|merge` and `$deleteFromPrimitiveList/…`; `$setElementOrder/…`
 * is ignored but for order: kept elements come first, new ones last.
 *
 * @param typeName for example `Job`
 * @see Kubernetes, community/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */
export function applyStrategicPatch(target: unknown, patch: unknown, typeName: string): unknown {
  if (!isFields(patch)) return patch;
  return mergeFields(isFields(target) ? target : {}, patch, (name) => fieldSchema.get(typeName)?.get(name));
}

function mergeFields(target: Fields, patch: Fields, typeOf: (name: string) => FieldType | undefined): Fields {
  if (patch['$patch'] === 'delete') return {};
  const replaces = patch['$patch'] === 'replace';
  const merged = new Map(Object.entries(replaces ? {} : target));
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith('$deleteFromPrimitiveList/') && Array.isArray(value)) {
      const field = name.slice(name.indexOf('/') + 1);
      const list = merged.get(field);
      if (Array.isArray(list))
        merged.set(
          field,
          list.filter((one) => !value.includes(one)),
        );
    } else if (name === '$retainKeys' && Array.isArray(value)) {
      for (const key of merged.keys()) if (!value.includes(key)) merged.delete(key);
    } else if (!name.startsWith('$')) {
      if (value === null) merged.delete(name);
      else merged.set(name, mergeValue(merged.get(name), value, typeOf(name)));
    }
  }
  return Object.fromEntries(merged);
}

function mergeValue(target: unknown, patch: unknown, type: FieldType | undefined): unknown {
  if (Array.isArray(patch)) return mergeList(Array.isArray(target) ? target : [], patch, type);
  if (!isFields(patch)) return patch;
  const of = type?.type === 'object' ? fieldSchema.get(type.name) : undefined;
  const inner = type?.type === 'map' ? type.of : undefined;
  return mergeFields(isFields(target) ? target : {}, patch, (name) => inner ?? of?.get(name));
}

function mergeList(target: readonly unknown[], patch: readonly unknown[], type: FieldType | undefined): unknown[] {
  if (type?.type !== 'list' || !type.merge) return [...patch];
  const { key } = type.merge;
  if (key === undefined) return [...new Set([...target, ...patch])];
  if (patch.some((one) => isFields(one) && one['$patch'] === 'replace' && !(key in one))) {
    return patch.filter((one) => !(isFields(one) && one['$patch'] === 'replace'));
  }
  const merged = new Map(target.map((one, i) => [isFields(one) ? one[key] : i, one]));
  for (const one of patch) {
    if (!isFields(one)) continue;
    if (one['$patch'] === 'delete') merged.delete(one[key]);
    else merged.set(one[key], mergeValue(merged.get(one[key]), one, type.of));
  }
  return [...merged.values()];
}
