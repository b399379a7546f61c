import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { KubernetesObject, ObjectStore } from '../objects.js';
import { MissingConfiguration } from './environment.js';
import { fieldValue, resourceValue } from './field-value.js';
import type { Container, KeyPath, Pod, Volume, VolumeSource } from './pod.js';

interface VolumeFile {
  readonly path: string;
  readonly bytes: Buffer;
  readonly mode: number;
}

/**
 * Makes the directories that stand for a pod's volumes, `<directory>/<volume>`.
 *
 * emptyDir, secret, configMap, downwardAPI and projected of these. Called again,
 * it brings the files up to what the objects hold by then: each file is
 * replaced whole, and those that are no longer named go.
 *
 * @throws MissingConfiguration in the kubelet's words (the FailedMount event)
 */
export function prepareVolumes(store: ObjectStore, pod: Pod, directory: string): void {
  for (const volume of pod.spec.volumes ?? []) {
    const root = within(directory, volume.name);
    mkdirSync(root, { recursive: true });
    if (volume.emptyDir) continue;
    const files = filesOfVolume(store, pod, volume);
    for (const { path, bytes, mode } of files) {
      const file = within(root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeWhole(file, bytes, mode);
    }
    removeOthers(root, new Set(files.map(({ path }) => within(root, path))));
  }
}

/** A reader sees the old file or the new one. What is there already is not touched. */
function writeWhole(file: string, bytes: Buffer, mode: number): void {
  if (existsSync(file) && readFileSync(file).equals(bytes)) return;
  writeFileSync(`${file}.new`, bytes, { mode });
  renameSync(`${file}.new`, file);
}

function removeOthers(root: string, kept: ReadonlySet<string>): void {
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.has(file)) rmSync(file, { force: true });
  }
}

/** Whether a change of a secret or a configMap may change a file of the pod. */
export const readsVolume = (pod: Pod, resource: 'secrets' | 'configmaps', name: string): boolean =>
  (pod.spec.volumes ?? [])
    .flatMap((volume): VolumeSource[] => [volume, ...(volume.projected?.sources ?? [])])
    .some(({ secret, configMap }) =>
      resource === 'secrets' ? (secret?.secretName ?? secret?.name) === name : configMap?.name === name,
    );

/** Joins and stays below `root`. @throws MissingConfiguration when `path` leads out */
export function within(root: string, path: string): string {
  const joined = join(root, path);
  if (joined !== root && !joined.startsWith(root + sep))
    throw new MissingConfiguration(`path ${path} must not contain '..'`);
  return joined;
}

function filesOfVolume(store: ObjectStore, pod: Pod, volume: Volume): VolumeFile[] {
  if (volume.emptyDir) return [];
  try {
    if (volume.projected) {
      const { sources = [], defaultMode } = volume.projected;
      return sources.flatMap((source) => filesOfSource(store, pod, source, defaultMode));
    }
    if (volume.secret || volume.configMap || volume.downwardAPI) return filesOfSource(store, pod, volume, undefined);
  } catch (error) {
    if (!(error instanceof MissingConfiguration)) throw error;
    throw new MissingConfiguration(`MountVolume.SetUp failed for volume "${volume.name}" : ${error.message}`);
  }
  const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'none';
  throw new MissingConfiguration(
    `MountVolume.SetUp failed for volume "${volume.name}" : no volume plugin matched ${kind}`,
  );
}

function filesOfSource(store: ObjectStore, pod: Pod, source: VolumeSource, mode: number | undefined): VolumeFile[] {
  const { secret, configMap, downwardAPI } = source;
  if (downwardAPI) {
    return (downwardAPI.items ?? []).map((item) => ({
      path: item.path,
      bytes: Buffer.from(downwardText(pod, item)),
      mode: item.mode ?? downwardAPI.defaultMode ?? mode ?? 0o644,
    }));
  }
  const wanted = secret ?? configMap;
  // Service account tokens and the like: nothing here could check them.
  if (!wanted) return [];
  const name = secret?.secretName ?? wanted.name ?? '';
  const object = store.get(secret ? 'secrets' : 'configmaps', pod.metadata.namespace, name);
  if (!object && !wanted.optional)
    throw new MissingConfiguration(`${secret ? 'secret' : 'configmap'} "${name}" not found`);
  const contents = contentsOf(object);
  const items: KeyPath[] = wanted.items ?? [...contents.keys()].map((key) => ({ key, path: key }));
  return items.flatMap((item) => {
    const bytes = contents.get(item.key);
    if (bytes) return [{ path: item.path, bytes, mode: item.mode ?? wanted.defaultMode ?? mode ?? 0o644 }];
    if (wanted.optional) return [];
    throw new MissingConfiguration(`references non-existent ${secret ? 'secret' : 'config'} key: ${item.key}`);
  });
}

function contentsOf(object: KubernetesObject | undefined): Map<string, Buffer> {
  const entries = (field: string): [string, string][] =>
    Object.entries((object?.[field] ?? {}) as Record<string, string>);
  const dataEncoding = object?.kind === 'Secret' ? 'base64' : 'utf8';
  return new Map([
    ...entries('data').map(([key, text]) => [key, Buffer.from(text, dataEncoding)] as const),
    ...entries('binaryData').map(([key, text]) => [key, Buffer.from(text, 'base64')] as const),
  ]);
}

function downwardText(pod: Pod, item: NonNullable<NonNullable<VolumeSource['downwardAPI']>['items']>[number]): string {
  if (item.fieldRef) return fieldValue(pod, item.fieldRef.fieldPath) ?? '';
  return item.resourceFieldRef ? resourceValue(pod, pod.spec.containers[0] as Container, item.resourceFieldRef) : '';
}
