import { describe, expect, it } from '@jest/globals';
import { expandVariables } from '../../../../src/local/kubernetes/node/variables.js';

describe('references to variables', () => {
  const known = new Map([
    ['A', 'one'],
    ['B', '$(A)'],
  ]);

  // Cases of k8s.io/kubernetes/third_party/forked/golang/expansion/expand_test.go
  it.each([
    ['$(A)', 'one'],
    ['$(A)-$(A)', 'one-one'],
    ['$(B)', '$(A)'],
    ['$(UNKNOWN)', '$(UNKNOWN)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$one'],
    ['$$', '$'],
    ['$A ${A} $', '$A ${A} $'],
    ['$(A', '$(A'],
    ['$()', '$()'],
  ])('expands %s to %s', (text, expanded) => {
    expect(expandVariables(text, known)).toBe(expanded);
  });
});
