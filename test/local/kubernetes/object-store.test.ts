import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openObjectStore } from '../../../src/local/kubernetes/object-store.js';
import type { KubernetesObject, ObjectEvent } from '../../../src/local/kubernetes/objects.js';

const configMap = (name: string, text = ''): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', uid: '', resourceVersion: '', creationTimestamp: '' },
  data: { text },
});

describe('the object store', () => {
  let directory = '';
  let file = '';

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'objects-'));
    file = join(directory, 'objects.db');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('finds objects, versions and history again after it was opened anew', () => {
    let before: readonly ObjectEvent[] | 'expired' = [];
    {
      using store = openObjectStore(file);
      store.create('configmaps', configMap('a', 'one'));
      store.update('configmaps', 'default', 'a', (current) => ({ ...current, data: { text: 'two' } }));
      store.create('configmaps', configMap('b', 'grüße 🚀'));
      store.remove('configmaps', 'default', 'a');
      before = store.since(0);
    }
    using again = openObjectStore(file);
    expect(again.version()).toBe(4);
    expect(again.since(0)).toEqual(before);
    expect(again.list('configmaps').map((object) => object['data'])).toEqual([{ text: 'grüße 🚀' }]);
    expect(again.create('configmaps', configMap('c')).metadata.resourceVersion).toBe('5');
  });

  it('lists in the order of etcd, in one namespace or over all', () => {
    using store = openObjectStore(':memory:');
    for (const [namespace, name] of [
      ['b', 'x'],
      ['a-b', 'x'],
      ['a', 'z'],
      ['a', 'y'],
    ] as const) {
      const object = configMap(name);
      store.create('configmaps', { ...object, metadata: { ...object.metadata, namespace } });
    }
    const keys = store.list('configmaps').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    expect(keys).toEqual(['a-b/x', 'a/y', 'a/z', 'b/x']);
    expect(store.list('configmaps', 'a').map(({ metadata }) => metadata.name)).toEqual(['y', 'z']);
  });

  it('makes no event of an update that changes nothing', () => {
    using store = openObjectStore(':memory:');
    store.create('configmaps', configMap('a'));
    const events: ObjectEvent[] = [];
    store.onChange((event) => events.push(event));
    store.update('configmaps', 'default', 'a', (current) => current);
    expect(events).toEqual([]);
    expect(store.version()).toBe(1);
  });

  it('refuses an update from an older version and leaves the object alone', () => {
    using store = openObjectStore(':memory:');
    const first = store.create('configmaps', configMap('a', 'one'));
    store.update('configmaps', 'default', 'a', (current) => ({ ...current, data: { text: 'two' } }));
    const late = (): unknown =>
      store.update('configmaps', 'default', 'a', (o) => ({ ...o, data: {} }), first.metadata.resourceVersion);
    expect(late).toThrow(expect.objectContaining({ code: 409, reason: 'Conflict' }));
    expect(store.get('configmaps', 'default', 'a')?.['data']).toEqual({ text: 'two' });
  });

  it('keeps generation to changes of what is wanted', () => {
    using store = openObjectStore(':memory:');
    const job = { ...configMap('a'), kind: 'Job', apiVersion: 'batch/v1', spec: { parallelism: 1 } };
    expect(store.create('jobs', job).metadata.generation).toBe(1);
    const withStatus = store.update('jobs', 'default', 'a', (o) => ({ ...o, status: { active: 1 } }));
    expect(withStatus.metadata.generation).toBe(1);
    const changed = store.update('jobs', 'default', 'a', (o) => ({ ...o, spec: { parallelism: 2 } }));
    expect(changed.metadata.generation).toBe(2);
  });

  it('tells a change made by a listener after the change that listener was told', () => {
    using store = openObjectStore(':memory:');
    const heard: string[] = [];
    store.onChange(({ object }) => {
      if (object.metadata.name === 'a') store.create('configmaps', configMap('b'));
    });
    store.onChange(({ object }) => heard.push(object.metadata.name));
    store.create('configmaps', configMap('a'));
    expect(heard).toEqual(['a', 'b']);
  });

  it('forgets the oldest changes and says so, also after a restart', () => {
    {
      using store = openObjectStore(file, { changes: 10, bytes: 1e9 });
      for (let i = 0; i < 25; i += 1) store.create('configmaps', configMap(`c${i}`));
      expect(store.since(0)).toBe('expired');
      expect(store.since(20)).toHaveLength(5);
    }
    using again = openObjectStore(file, { changes: 10, bytes: 1e9 });
    expect(again.since(0)).toBe('expired');
    expect(again.since(25)).toEqual([]);
    expect(again.list('configmaps')).toHaveLength(25);
  });

  it('bounds its history in bytes', () => {
    using store = openObjectStore(':memory:', { changes: 1000, bytes: 50_000 });
    for (let i = 0; i < 20; i += 1) store.create('configmaps', configMap(`c${i}`, 'x'.repeat(10_000)));
    expect(store.since(0)).toBe('expired');
    expect(store.since(store.version() - 3)).toHaveLength(3);
  });

  it('hands out objects that nobody can alter behind its back', () => {
    using store = openObjectStore(':memory:');
    const created = store.create('configmaps', configMap('a', 'one'));
    expect(() => Object.assign(created['data'] as object, { text: 'other' })).toThrow(TypeError);
  });

  it('is refused to a second user of the same file', () => {
    using store = openObjectStore(file);
    expect(() => openObjectStore(file)).toThrow(/is another process using it/u);
    store.create('configmaps', configMap('a'));
    expect(store.list('configmaps')).toHaveLength(1);
  });
});
