import { describe, expect, it } from '@jest/globals';
import { philox, type Words } from '../../src/model/philox.js';

const hex = (text: string): number[] => text.split(' ').map((word) => Number.parseInt(word, 16));

describe('Philox4x32-10', () => {
  /** The rows `philox4x32 10` of tests/kat_vectors in the authors' Random123: counter, key, answer. */
  it.each([
    ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ])('gives the known answer for counter %s', (counter, key, answer) => {
    expect(philox(hex(counter) as unknown as Words, hex(key) as unknown as [number, number])).toEqual(hex(answer));
  });
});
