import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { iniConfig } from '../../src/model/config-ini.js';
import type { Assignment } from '../../src/model/parameter.js';

const settings = (texts: Readonly<Record<string, string>>): Assignment =>
  Object.entries(texts).map(([name, text]) => ({ name, value: text, text }));
const one = settings({ x: '1', y: '2' });

describe('the INI file of a trial', () => {
  it.each([
    {
      name: 'whole numbers without text, after the blank line of v1',
      assignment: settings({ x: '1', y: '1' }),
      text: '',
      file: '[DEFAULT]\n\nx = 1\ny = 1',
    },
    {
      name: 'values in Python spelling',
      assignment: settings({ x: '1', y: '0.5', b: 'True', s: 'hi' }),
      text: '',
      file: '[DEFAULT]\n\nx = 1\ny = 0.5\nb = True\ns = hi',
    },
    {
      name: 'only the text when it mentions every parameter',
      assignment: settings({ mr: '0.2', seed: '3' }),
      text: 'a = {mr}\nb = {mr}{seed}',
      file: '[DEFAULT]\na = 0.2\nb = 0.23',
    },
  ])('holds $name', ({ assignment, text, file }) => {
    expect(iniConfig(assignment, text)).toBe(file);
  });

  it('adds the parameters the text does not mention behind it', () => {
    expect(iniConfig(one, 'a = {x}')).toBe('[DEFAULT]\na = 1\ny = 2');
  });

  it('adds them before the first section, so that they stay defaults', () => {
    expect(iniConfig(one, 'a = 0\n[model]\nb = {x}\n[other]\nc = 1')).toBe(
      '[DEFAULT]\na = 0\ny = 2\n[model]\nb = 1\n[other]\nc = 1',
    );
    expect(iniConfig(one, '[model]')).toBe('[DEFAULT]\nx = 1\ny = 2\n[model]');
  });

  it('takes an indented line for the value it continues, even when it looks like a section', () => {
    expect(iniConfig(one, 'a = 1\n  [not a section]\n[section]')).toBe(
      '[DEFAULT]\na = 1\n  [not a section]\nx = 1\ny = 2\n[section]',
    );
    expect(iniConfig(one, '  [section]')).toBe('[DEFAULT]\nx = 1\ny = 2\n  [section]');
    expect(iniConfig(one, '# [comment]\n[]\n')).toBe('[DEFAULT]\n# [comment]\n[]\n\nx = 1\ny = 2');
  });

  it('leaves braces that name no parameter as they are', () => {
    expect(iniConfig(one, 'a = {"k": {x}, "z": {}} {z} {X}')).toBe('[DEFAULT]\na = {"k": 1, "z": {}} {z} {X}\ny = 2');
  });

  it('does not replace places that a value brings along', () => {
    expect(iniConfig(settings({ x: '{y}', y: '$&' }), 'a = {x}{y}')).toBe('[DEFAULT]\na = {y}$&');
  });

  it('knows names full of signs', () => {
    const odd = settings({
      'a.b*(c)[0]|$^-/\\{}': 'one',
      'a.b': 'two',
      'labels for graphing (not real parameter)': '1-2',
    });
    expect(iniConfig(odd, '{a.b*(c)[0]|$^-/\\{}} {a.b} {aXb} {labels for graphing (not real parameter)}')).toBe(
      '[DEFAULT]\none two {aXb} 1-2',
    );
  });

  it('has no newline at its end, whatever the text ends with', () => {
    fc.assert(
      fc.property(fc.constantFrom('', '\n', 'a = 1\n\n', 'a = {x}{y}\n', '{x}{y}\r\n'), (text) => {
        expect(iniConfig(one, text)).toMatch(/[^\r\n]$/);
      }),
    );
    expect(iniConfig([], '')).toBe('[DEFAULT]');
  });
});
