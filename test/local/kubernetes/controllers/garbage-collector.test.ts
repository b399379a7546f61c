import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { object, openBench } from './cluster-without-node.js';
import type { Bench } from './cluster-without-node.js';

describe('the garbage collector', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = openBench();
  });
  afterEach(async () => bench[Symbol.asyncDispose]());

  const configMap = (name: string, owners: readonly object[] = []): string => {
    const ownerReferences = owners.length > 0 ? { ownerReferences: owners } : {};
    return bench.store.create('configmaps', object('ConfigMap', name, { data: {} }, ownerReferences)).metadata.uid;
  };
  const names = (): string[] => bench.store.list('configmaps').map(({ metadata }) => metadata.name);

  it('follows a chain of owners to its end', async () => {
    const top = configMap('top');
    const middle = configMap('middle', [owner('top', top)]);
    configMap('bottom', [owner('middle', middle)]);
    bench.store.remove('configmaps', 'default', 'top');
    await bench.until(() => names().length === 0);
    expect(names()).toEqual([]);
  });

  it('finds what lost its owner while nobody looked', async () => {
    const top = configMap('top');
    configMap('left', [owner('top', top)]);
    await bench.stop();
    bench.store.remove('configmaps', 'default', 'top');
    await bench.restart();
    await bench.until(() => names().length === 0);
    expect(names()).toEqual([]);
  });

  it('keeps what still has an owner, without the reference to the one that went', async () => {
    const first = configMap('first');
    const second = configMap('second');
    configMap('shared', [owner('first', first), owner('second', second)]);
    bench.store.remove('configmaps', 'default', 'first');
    const references = () => bench.store.get('configmaps', 'default', 'shared')?.metadata.ownerReferences;
    await bench.until(() => references()?.length === 1);
    expect(references()?.map(({ uid }) => uid)).toEqual([second]);
  });

  it('leaves alone what belongs to a kind that this cluster does not know', async () => {
    configMap('of-a-workflow', [owner('workflow', 'some-uid', 'Workflow')]);
    const top = configMap('top');
    configMap('left', [owner('top', top)]);
    bench.store.remove('configmaps', 'default', 'top');
    await bench.until(() => names().length === 1);
    expect(names()).toEqual(['of-a-workflow']);
  });

  it('takes an owner of the same name for another one when its uid differs', async () => {
    configMap('twin');
    configMap('stale', [owner('twin', 'the uid of one that was before')]);
    await bench.until(() => names().length === 1);
    expect(names()).toEqual(['twin']);
  });
});

function owner(name: string, uid: string, kind = 'ConfigMap'): object {
  return { apiVersion: 'v1', kind, name, uid };
}
