import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseLabelSelector } from '../../../../src/local/kubernetes/api/label-selector.js';

const key = fc.constantFrom('a', 'b', 'app.kubernetes.io/name', 'constructor');
const value = fc.constantFrom('', 'x', 'y', '1', '22');
const labels = fc.dictionary(key, value);

describe('label selectors', () => {
  it('select the complement when negated, whatever the labels', () => {
    fc.assert(
      fc.property(key, value, value, labels, (k, v, w, given) => {
        expect(parseLabelSelector(`${k}!=${v}`)(given)).toBe(!parseLabelSelector(`${k}=${v}`)(given));
        expect(parseLabelSelector(`!${k}`)(given)).toBe(!parseLabelSelector(k)(given));
        expect(parseLabelSelector(`${k} notin (${v},${w})`)(given)).toBe(
          !parseLabelSelector(`${k} in (${v},${w})`)(given),
        );
      }),
    );
  });

  it('select by all terms together, whatever the spaces', () => {
    fc.assert(
      fc.property(key, key, value, labels, (k, l, v, given) => {
        const both = parseLabelSelector(`${k} , ${l}  in ( ${v} )`)(given);
        expect(both).toBe(parseLabelSelector(k)(given) && parseLabelSelector(`${l}=${v}`)(given));
      }),
    );
  });

  it('either read or refuse any text, quickly and without a defect', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '=', '!', ',', '(', ')', ' ', 'in', 'notin', '>', '/', 'é') });
    fc.assert(
      fc.property(text, (selector) => {
        try {
          parseLabelSelector(selector)({ a: 'a' });
        } catch (error) {
          expect(error).toMatchObject({ code: 400, reason: 'BadRequest' });
        }
      }),
    );
  });
});
