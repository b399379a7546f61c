import { describe, expect, it } from '@jest/globals';
import { applyJsonPatch } from '../../../../src/local/kubernetes/api/json-patch.js';
import { applyMergePatch, applyStrategicPatch } from '../../../../src/local/kubernetes/api/merge-patch.js';

const pod = (containers: unknown, more: object = {}) => ({ spec: { containers, ...more } });
const document = () => ({ a: [1, 2, 3], 'b/c': { '~': 0 } });

describe('merge patches', () => {
  it('follow the examples of RFC 7386', () => {
    const cases: readonly (readonly [unknown, unknown, unknown])[] = [
      [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
      [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
      [{ a: 'b' }, { a: null }, {}],
      [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
      [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
      [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
      [
        ['a', 'b'],
        ['c', 'd'],
        ['c', 'd'],
      ],
      [{ e: null }, { a: 1 }, { e: null, a: 1 }],
      [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    ];
    for (const [target, patch, result] of cases) expect(applyMergePatch(target, patch)).toEqual(result);
  });
});

describe('strategic merge patches', () => {
  it('join containers by name, and their environment too', () => {
    const before = pod([
      { name: 'a', image: '1', env: [{ name: 'X', value: '1' }] },
      { name: 'b', image: '1' },
    ]);
    const patch = pod([
      { name: 'c', image: '3' },
      {
        name: 'a',
        env: [
          { name: 'X', value: '2' },
          { name: 'Y', value: '3' },
        ],
      },
    ]);
    expect(applyStrategicPatch(before, patch, 'Pod')).toEqual(
      pod([
        {
          name: 'a',
          image: '1',
          env: [
            { name: 'X', value: '2' },
            { name: 'Y', value: '3' },
          ],
        },
        { name: 'b', image: '1' },
        { name: 'c', image: '3' },
      ]),
    );
  });

  it('delete and replace by directive', () => {
    const before = pod([{ name: 'a' }, { name: 'b' }], { nodeSelector: { x: 'y' } });
    const deletion = pod([{ name: 'a', $patch: 'delete' }], { nodeSelector: { $patch: 'replace', z: '1' } });
    expect(applyStrategicPatch(before, deletion, 'Pod')).toEqual(pod([{ name: 'b' }], { nodeSelector: { z: '1' } }));
    const replacement = pod([{ $patch: 'replace' }, { name: 'c' }]);
    expect(applyStrategicPatch(before, replacement, 'Pod')).toEqual(pod([{ name: 'c' }], { nodeSelector: { x: 'y' } }));
  });

  it('take finalizers as a set, and commands as one value', () => {
    const before = {
      metadata: { finalizers: ['a/a', 'b/b'] },
      spec: { containers: [{ name: 'a', command: ['x', 'y'] }] },
    };
    const patch = {
      metadata: { finalizers: ['c/c', 'a/a'], '$deleteFromPrimitiveList/finalizers': ['b/b'] },
      spec: { containers: [{ name: 'a', command: ['z'] }] },
    };
    expect(applyStrategicPatch(before, patch, 'Pod')).toEqual({
      metadata: { finalizers: ['a/a', 'c/c'] },
      spec: { containers: [{ name: 'a', command: ['z'] }] },
    });
  });

  it('change neither of what they are given', () => {
    const before = pod([{ name: 'a', env: [{ name: 'X', value: '1' }] }]);
    const copy = structuredClone(before);
    applyStrategicPatch(before, pod([{ name: 'a', env: [{ name: 'X', value: '2' }] }]), 'Pod');
    expect(before).toEqual(copy);
  });
});

describe('JSON patches', () => {
  it('add, remove, replace, move, copy', () => {
    const cases: readonly (readonly [object, unknown])[] = [
      [
        { op: 'add', path: '/a/1', value: 9 },
        { a: [1, 9, 2, 3], 'b/c': { '~': 0 } },
      ],
      [
        { op: 'add', path: '/a/-', value: 9 },
        { a: [1, 2, 3, 9], 'b/c': { '~': 0 } },
      ],
      [
        { op: 'remove', path: '/a/0' },
        { a: [2, 3], 'b/c': { '~': 0 } },
      ],
      [
        { op: 'replace', path: '/b~1c/~0', value: 5 },
        { a: [1, 2, 3], 'b/c': { '~': 5 } },
      ],
      [
        { op: 'move', from: '/a/0', path: '/d' },
        { a: [2, 3], 'b/c': { '~': 0 }, d: 1 },
      ],
      [
        { op: 'copy', from: '/a', path: '/d' },
        { ...document(), d: [1, 2, 3] },
      ],
    ];
    for (const [operation, result] of cases) expect(applyJsonPatch(document(), [operation])).toEqual(result);
  });

  it('are refused when an operation cannot be done', () => {
    const wrong = [
      { op: 'remove', path: '/nobody' },
      { op: 'replace', path: '/nobody', value: 1 },
      { op: 'add', path: '/a/7', value: 1 },
      { op: 'add', path: '/a/01', value: 1 },
      { op: 'add', path: 'a', value: 1 },
      { op: 'add', path: '/x/y', value: 1 },
      { op: 'test', path: '/a/0', value: 2 },
      { op: 'dance', path: '/a' },
      { op: 'replace', path: '/__proto__/polluted', value: 1 },
    ];
    for (const operation of wrong) {
      expect(() => applyJsonPatch(document(), [operation])).toThrow(expect.objectContaining({ code: 422 }));
    }
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});
