import type { KubernetesObject, ObjectStore } from '../objects.js';
import { fieldValue, resourceValue } from './field-value.js';
import type { Container, EnvironmentVariable, ObjectReference, Pod } from './pod.js';
import { expandVariables } from './variables.js';

/** A secret, configMap or key that a container needs is not there: CreateContainerConfigError, tried again later. */
export class MissingConfiguration extends Error {}

/**
 * The environment that a container declares, before paths are rewritten:
 * `envFrom`, then `env` in order, later ones winning, `$(NAME)` expanded with
 * what was declared before.
 *
 * @throws MissingConfiguration in the kubelet's words
 */
export function declaredEnvironment(store: ObjectStore, pod: Pod, container: Container): Map<string, string> {
  const namespace = pod.metadata.namespace ?? '';
  const result = new Map<string, string>();

  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const contents = configMapRef
      ? configMapTexts(find('configmaps', configMapRef))
      : secretTexts(secretRef && find('secrets', secretRef));
    for (const [key, text] of Object.entries(contents)) result.set(`${prefix}${key}`, text);
  }
  for (const variable of container.env ?? []) {
    const value = valueOf(variable);
    if (value !== undefined) result.set(variable.name, value);
  }
  return result;

  function valueOf({ value = '', valueFrom }: EnvironmentVariable): string | undefined {
    if (!valueFrom) return expandVariables(value, result);
    const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = valueFrom;
    if (configMapKeyRef)
      return keyOf('ConfigMap', configMapTexts(find('configmaps', configMapKeyRef)), configMapKeyRef);
    if (secretKeyRef) return keyOf('Secret', secretTexts(find('secrets', secretKeyRef)), secretKeyRef);
    if (resourceFieldRef) return resourceValue(pod, container, resourceFieldRef);
    return fieldRef && fieldValue(pod, fieldRef.fieldPath);
  }

  function find(resource: 'configmaps' | 'secrets', { name, optional }: ObjectReference): KubernetesObject | undefined {
    const object = store.get(resource, namespace, name);
    if (object || optional) return object;
    throw new MissingConfiguration(`${resource === 'secrets' ? 'secret' : 'configmap'} "${name}" not found`);
  }

  function keyOf(kind: string, contents: Record<string, string>, ref: ObjectReference & { key: string }) {
    if (Object.hasOwn(contents, ref.key)) return contents[ref.key];
    if (ref.optional) return undefined;
    throw new MissingConfiguration(`couldn't find key ${ref.key} in ${kind} ${namespace}/${ref.name}`);
  }
}

function configMapTexts(object: KubernetesObject | undefined): Record<string, string> {
  return (object?.['data'] as Record<string, string> | undefined) ?? {};
}

function secretTexts(object: KubernetesObject | undefined): Record<string, string> {
  const encoded = (object?.['data'] as Record<string, string> | undefined) ?? {};
  return Object.fromEntries(
    Object.entries(encoded).map(([key, text]) => [key, Buffer.from(text, 'base64').toString('utf8')]),
  );
}
