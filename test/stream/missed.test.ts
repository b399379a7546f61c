import { describe, expect, it } from '@jest/globals';
import { missedBy } from '../../src/stream/missed.js';

const held = new Map([
  ['a', 'ours'],
  ['b', 'theirs'],
  ['c', 'ours, waiting'],
]);
const isOfInterest = (object: string) => object.startsWith('ours');
const isKeyOfInterest = (key: string) => key === 'x';
const mayDiffer = (object: string) => object.endsWith('waiting');
const touch = (key: string, last?: string) => ({ position: '', key, ...(last !== undefined && { last }) });

describe('what was missed', () => {
  it('is the present state of what was touched, and what went', () => {
    expect(missedBy(held, [touch('a'), touch('x'), touch('a')], {})).toEqual({ objects: [['a', 'ours']], gone: ['x'] });
  });

  it('leaves out what is of no interest, deletions by what went', () => {
    const touches = [touch('a'), touch('b'), touch('x', 'theirs'), touch('y'), touch('y', 'ours')];
    expect(missedBy(held, touches, { isOfInterest })).toEqual({ objects: [['a', 'ours']], gone: ['y'] });
  });

  it('cannot be said where nobody knows what went, unless its key tells', () => {
    expect(missedBy(held, [touch('x')], { isOfInterest })).toBeUndefined();
    expect(missedBy(held, [touch('x'), touch('y')], { isOfInterest, isKeyOfInterest })?.gone).toEqual(['x']);
  });

  it('has what may have looked otherwise elsewhere, touched or not', () => {
    expect(missedBy(held, [], { isOfInterest, mayDiffer })?.objects).toEqual([['c', 'ours, waiting']]);
  });
});
