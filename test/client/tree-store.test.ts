import { describe, expect, it } from '@jest/globals';
import { createTree } from '../../src/client/tree-store.js';
import { experiment, pod, treeChange as change, trial } from './facts.js';

describe('the tree of an experiment', () => {
  it('holds the newest state of each object, however often it comes', () => {
    const tree = createTree();
    tree.apply(change({ reset: true, experiment: experiment(), trials: [trial(0), trial(1)] }));
    const ended = change({ trials: [trial(1, { phase: 'SUCCEEDED' })], pods: [pod('p')] });
    tree.apply(ended);
    tree.apply(ended);
    expect([...tree.trials.values()].map(({ index, phase }) => `${index} ${phase}`)).toEqual([
      '0 RUNNING',
      '1 SUCCEEDED',
    ]);
    expect([...tree.pods.keys()]).toEqual(['p']);
    expect(tree.experiment?.name).toBe('add-numbers');
  });

  it('lets go of what is gone', () => {
    const tree = createTree();
    tree.apply(change({ reset: true, pods: [pod('p'), pod('q')], trials: [trial(0)] }));
    tree.apply(change({ gone: ['p', trial(0).id] }));
    expect([...tree.pods.keys()]).toEqual(['q']);
    expect(tree.trials.size).toBe(0);
  });

  it('shows its first snapshot as it grows', () => {
    const tree = createTree();
    tree.apply(change({ reset: true, synced: false, trials: [trial(0)] }));
    expect(tree.synced).toBe(false);
    expect(tree.trials.size).toBe(1);
    tree.apply(change({ trials: [trial(1)] }));
    expect(tree.synced).toBe(true);
    expect(tree.trials.size).toBe(2);
  });

  it('keeps the old content during a rebuild and drops what did not come again', () => {
    const tree = createTree();
    tree.apply(change({ reset: true, experiment: experiment(), trials: [trial(0), trial(1)] }));
    tree.apply(change({ reset: true, synced: false, trials: [trial(1)] }));
    expect(tree.trials.size).toBe(2);
    expect(tree.experiment?.name).toBe('add-numbers');
    tree.apply(change({ experiment: experiment({ name: 'renamed' }) }));
    expect([...tree.trials.values()].map(({ index }) => index)).toEqual([1]);
    expect(tree.experiment?.name).toBe('renamed');
  });
});
