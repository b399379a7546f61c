import { describe, expect, it } from '@jest/globals';
import {
  amountOf,
  amountsOf,
  largestOf,
  sumOf,
  textOfAmount,
} from '../../../../src/local/kubernetes/admission/amounts.js';

const written = (text: string): string => textOfAmount(amountOf(text));

describe('amounts', () => {
  it('are written in canonical form, in the units they came in', () => {
    expect(['0.1', '1000m', '1500m', '1024Mi', '1536Mi', '1000M', '5', '0', '2000'].map(written)).toEqual([
      '100m',
      '1',
      '1500m',
      '1Gi',
      '1536Mi',
      '1G',
      '5',
      '0',
      '2k',
    ]);
  });

  it('add up exactly, written as the first of them', () => {
    const sum = sumOf([{ cpu: '0.1', memory: '700M' }, { cpu: '0.2', memory: '400Mi' }, { cpu: '0' }].map(amountsOf));
    expect([...sum].map(([name, amount]) => [name, textOfAmount(amount)])).toEqual([
      ['cpu', '300m'],
      ['memory', '1119430400'],
    ]);
  });

  it('are compared by size, whatever their units', () => {
    const largest = largestOf([{ memory: '1G' }, { memory: '1Gi' }].map(amountsOf));
    expect([...largest].map(([, amount]) => textOfAmount(amount))).toEqual(['1Gi']);
  });
});
