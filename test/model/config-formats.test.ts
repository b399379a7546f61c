import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { checkedConfigFile, configFile, type ConfigFormat } from '../../src/model/config-file.js';
import { ConfigFlaw } from '../../src/model/config-template.js';
import type { Assignment, Setting } from '../../src/model/parameter.js';
import { checkSubmission } from '../../src/model/submission.js';
import { submissionOf } from './submissions.js';

const setting = (name: string, value: Setting['value'], text = String(value)): Setting => ({ name, value, text });
const all: Assignment = [
  setting('n', 3),
  setting('rate', 1e-5, '1e-05'),
  setting('whole', 5, '5.0'),
  setting('flag', true, 'True'),
  setting('s', 'it is "so": \\ #1'),
  setting('digits', '20'),
];
const read = { YAML: (text: string) => parse(text, { version: '1.1' }) as unknown, JSON: JSON.parse };
const make = (configFormat: ConfigFormat, constants: string, assignment = all) =>
  checkedConfigFile({ configFormat, constants }, assignment);

function flawOf(format: ConfigFormat, constants: string): unknown {
  try {
    return make(format, constants);
  } catch (error) {
    if (!(error instanceof ConfigFlaw)) throw error;
    const { message, line, column } = error;
    return { message, line, column };
  }
}

describe.each(['YAML', 'JSON'] as const)('a %s file', (format) => {
  it('without a text is a mapping of native values', () => {
    expect(read[format](make(format, ''))).toEqual({
      n: 3,
      rate: 1e-5,
      whole: 5,
      flag: true,
      s: 'it is "so": \\ #1',
      digits: 20,
    });
  });

  it('has settings where the text puts them, others at its top, nesting and types kept', () => {
    const template = '{ "model": { "depth": {n}, "name": "m{n}", "on": {flag} }, "steps": [1, {rate}], "x": "{{n}}" }';
    expect(read[format](make(format, template, all.slice(0, 4)))).toEqual({
      model: { depth: 3, name: 'm3', on: true },
      steps: [1, 1e-5],
      x: '{n}',
      whole: 5,
    });
  });

  it('holds any text between quotes and any name, as it is', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((one) => !/[\n\r\0\p{Cs}\p{Cc}]/u.test(one));
    fc.assert(
      fc.property(text, text, (name, value) => {
        const assignment = [{ name: `k${name}`, value: `v${value}`, text: `v${value}` }];
        expect(read[format](make(format, '', assignment))).toEqual({ [`k${name}`]: `v${value}` });
      }),
    );
  });
});

describe('a JSON file', () => {
  it('keeps what stands in quotes whole, also where it has quotes of its own', () => {
    expect(JSON.parse(make('JSON', '{"a": "<{s}>"}', [setting('s', 'say "hi" \\')]))).toEqual({ a: '<say "hi" \\>' });
  });

  it('keeps the spelling of numbers, which tells a float from an integer in Python', () => {
    expect(make('JSON', '{}', all.slice(0, 3))).toBe('{\n  "n": 3,\n  "rate": 1e-05,\n  "whole": 5.0\n}\n');
  });
});

describe('a YAML file', () => {
  it('stays as it is written, whatever its style, with the rest behind it', () => {
    const [n] = all;
    for (const [text, file] of [
      ['a: 1.0e-05 # small', 'a: 1.0e-05 # small\n"n": 3\n'],
      ['  a:\n    - 1\n', '  a:\n    - 1\n  "n": 3\n'],
      ['{ a: [1, 2] }\n', '{ a: [1, 2], "n": 3 }\n'],
      ['{ a: 1, }', '{ a: 1, "n": 3 }'],
      ['{}', '{ "n": 3 }'],
      ['# nothing', '# nothing\n"n": 3\n'],
      ['a: |\n  {n}\nb: {n}', 'a: |\n  3\nb: 3'],
    ] as const) {
      expect(make('YAML', text, n ? [n] : [])).toBe(file);
    }
  });

  it('spells numbers so that readers of YAML 1.1 take them for numbers', () => {
    expect(make('YAML', '', all.slice(0, 4))).toBe('"n": 3\nrate: 1.0e-05\nwhole: 5.0\nflag: true\n');
    expect(make('YAML', '# kept\nlr: {rate} # too\n', [setting('rate', 2e22, '2e+22')])).toBe(
      '# kept\nlr: 2.0e+22 # too\n',
    );
  });
});

describe('a text that is none of its format', () => {
  it.each([
    ['YAML', 'a: 1\nb: [1, 2', { line: 2, column: 9 }],
    ['YAML', '- a\n- b', { message: 'it is no mapping at its top', line: 1 }],
    ['YAML', 'a: {s}: x', { line: 1 }],
    ['JSON', '{\n  "a": {n},\n}', { line: 3, column: 1 }],
    ['JSON', '{"a": ', { line: 1, column: 7 }],
    ['JSON', '[1]', { message: 'it is no object', line: 1 }],
    ['JSON', '{"a": {s}}', { line: 1 }],
    ['JSON', '{"n": 1}', { message: 'it has a key "n" of its own, and that is a setting' }],
    ['YAML', 'a: 1\n"n": 1', { message: 'it has a key "n" of its own, and that is a setting' }],
    ['YAML', 'a: 1\n...', { message: 'its document ends before settings can be added' }],
  ] as const)('in %s, %j, is told with its place', (format, text, flaw) => {
    expect(flawOf(format, text)).toMatchObject(flaw);
  });

  it('is a problem of the submission', () => {
    const { problems } = checkSubmission(submissionOf({ configFormat: 'JSON', constants: '{\n"a": {nope} }' }), 'a.py');
    expect(problems).toEqual([
      {
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/^In trial 0 the constants text is no JSON \(line 2, column 7\): /),
        field: ['constants'],
      },
    ]);
  });

  it('is looked for in the last trial too', () => {
    const parameters = [{ list: { name: 'x', values: ['1', 'two words'] } }];
    const input = submissionOf({ configFormat: 'JSON', constants: '{"a": {x}}', parameters });
    expect(checkSubmission(input, 'a.py').problems[0]?.message).toContain('In trial 1 ');
  });

  it('only in a trial between first and last is given as it is: the program says so, and no claim fails', () => {
    const parameters = [{ list: { name: 'x', values: ['1', 'two words', '3'] } }];
    const input = submissionOf({ configFormat: 'JSON', constants: '{"a": {x}}', parameters });
    expect(checkSubmission(input, 'a.py').problems).toEqual([]);
    const template = { configFormat: 'JSON', constants: '{"a": {x}}' } as const;
    expect(configFile(template, [setting('x', 'two words')])).toBe('{"a": two words}');
    expect(configFile({ configFormat: 'YAML', constants: '- {x}' }, [setting('x', '1')])).toBe('- 1');
  });
});
