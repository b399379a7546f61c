import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import type { Assignment, Parameter } from '../../src/model/parameter.js';
import { csvLine, resultColumns, resultHeader, resultRow } from '../../src/model/results.js';
import { assignmentAt, createSearchSpace } from '../../src/model/search-space.js';
import type { Trial, TrialPhase } from '../../src/model/trial.js';

const trial = (index: number, phase: TrialPhase, ...result: [string, string][]) => ({ index, phase, result });
const withResult = (...result: [string, string][]): Pick<Trial, 'result'> => ({ result });
const range = (name: string): Parameter => ({ kind: 'integer', name, min: 1, max: 10, step: 1, default: 1 });
const x1: Assignment = [{ name: 'x', value: 1, text: '1' }];

describe('results.csv', () => {
  it('begins as v1 users know it from add-numbers', () => {
    const parameters = [range('x'), range('y')];
    const space = createSearchSpace(parameters, 'GLADOS');
    const trials = [
      trial(0, 'SUCCEEDED', ['Addition', '2'], ['Subtraction', '0']),
      trial(1, 'SUCCEEDED', ['Addition', '3'], ['Subtraction', '-1']),
    ];
    const columns = resultColumns(trials);
    const rows = trials.map((each) => resultRow(each, assignmentAt(space, each.index), columns) ?? []);
    expect([resultHeader(columns, parameters), ...rows].map(csvLine).join('')).toBe(
      'Experiment Run,Addition,Subtraction,x,y\n0,2,0,1,1\n1,3,-1,1,2\n',
    );
  });

  it('unites different headers in order of first appearance', () => {
    const trials = [withResult(['b', '1']), withResult(['c', '1'], ['b', '2']), withResult(), withResult(['a', '1'])];
    expect(resultColumns(trials)).toEqual(['b', 'c', 'a']);
    expect(resultRow(trial(3, 'SUCCEEDED', ['a', '1']), x1, ['b', 'c', 'a'])).toEqual(['3', '', '', '1', '1']);
  });

  it('keeps two columns of one name apart, by their order', () => {
    const columns = resultColumns([withResult(['a', '1'], ['b', '2'], ['a', '3']), withResult(['a', '4'])]);
    expect(columns).toEqual(['a', 'b', 'a']);
    expect(resultRow(trial(0, 'SUCCEEDED', ['a', '1'], ['b', '2'], ['a', '3']), [], columns)).toEqual([
      '0',
      '1',
      '2',
      '3',
    ]);
    expect(resultRow(trial(1, 'SUCCEEDED', ['a', '4']), [], columns)).toEqual(['1', '4', '', '']);
  });

  it('keeps an output column apart that is called like a parameter', () => {
    const columns = resultColumns([withResult(['x', '7'])]);
    expect(resultHeader(columns, [range('x')])).toEqual(['Experiment Run', 'x', 'x']);
    expect(resultRow(trial(0, 'SUCCEEDED', ['x', '7']), x1, columns)).toEqual(['0', '7', '1']);
  });

  it('says ERROR or TIMEOUT in every output column of a trial that did not succeed, and keeps its parameters', () => {
    expect(resultRow(trial(4, 'FAILED', ['a', 'half']), x1, ['a', 'b'])).toEqual(['4', 'ERROR', 'ERROR', '1']);
    expect(resultRow(trial(5, 'TIMED_OUT'), x1, ['a', 'b'])).toEqual(['5', 'TIMEOUT', 'TIMEOUT', '1']);
  });

  it.each(['WAITING', 'RUNNING', 'CANCELLED'] as const)('has no row for a trial that is %s', (phase) => {
    expect(resultRow(trial(0, phase), x1, ['a'])).toBeUndefined();
  });

  it('sorts parameters by code unit, upper case first, in header and rows alike', () => {
    const group: Parameter = {
      kind: 'group',
      name: 'g',
      columns: [
        { name: 'b', values: ['B'] },
        { name: 'Z', values: ['z'] },
      ],
    };
    const parameters: Parameter[] = [{ kind: 'text', name: 'ä', value: 'umlaut' }, range('a'), group];
    const assignment = assignmentAt(createSearchSpace(parameters, 'GRID'), 0);
    expect(resultHeader([], parameters)).toEqual(['Experiment Run', 'Z', 'a', 'b', 'ä']);
    expect(resultRow(trial(0, 'SUCCEEDED'), assignment, [])).toEqual(['0', 'z', '1', 'B', 'umlaut']);
  });
});

describe('a line of CSV', () => {
  it('quotes what needs quotes and nothing else', () => {
    expect(csvLine(['a b', 'c,d', 'say "hi"', 'two\nlines', '\r', ''])).toBe(
      'a b,"c,d","say ""hi""","two\nlines","\r",\n',
    );
  });

  it('is read back by a CSV reader whatever the cells are', () => {
    const cell = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('"', ',', '\n', '\r\n', ' '));
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2 }), (cells) => {
        expect(parse(csvLine(cells), { relax_column_count: true })).toEqual([cells]);
      }),
    );
  });
});
