import { describe, expect, it } from '@jest/globals';
import { checkSubmission } from '../../src/model/submission.js';
import type { SubmissionInput } from '../../src/model/submission-input.js';
import { submissionOf } from './submissions.js';

const check = (changes: Partial<SubmissionInput>) => checkSubmission(submissionOf(changes), 'add.py');
const problemsOf = (changes: Partial<SubmissionInput>) =>
  check(changes).problems.map(({ code, field }) => `${code} ${field?.join('.')}`);
const range = (max: number) => ({ parameters: [{ integer: { name: 'x', min: 1, max } }] });

describe('a submission without a flaw', () => {
  it('becomes a specification with every default filled in', () => {
    expect(checkSubmission(submissionOf({ name: ' add  numbers ', tags: [' a ', 'b'] }), 'add.py')).toEqual({
      spec: {
        name: 'add  numbers',
        description: '',
        tags: ['a', 'b'],
        program: { fileId: 'f1', fileName: 'add.py', kind: 'AUTO' },
        parameters: [
          { kind: 'integer', name: 'x', min: 1, max: 10, step: 1, default: 1 },
          { kind: 'integer', name: 'y', min: 1, max: 10, step: 1, default: 1 },
        ],
        sampling: 'GLADOS',
        constants: '',
        trialTimeoutSeconds: 3600,
        resultFile: 'results.csv',
        resultRow: 1,
        workers: 1,
        resources: {},
      },
      trialCount: 19,
      problems: [],
      warnings: [],
    });
  });

  it('keeps everything that was said', () => {
    const { spec } = check({
      description: 'two\nlines',
      program: { fileId: 'f', kind: 'PYTHON', executable: 'src/main.py', command: ['python3', '-u'] },
      sampling: { kind: 'GRID' },
      constants: 'a = {x}',
      trialTimeoutSeconds: 5,
      resultFile: 'out/r.csv',
      resultRow: -1,
      workers: 1000,
      resources: { cpu: '500m', memory: '1Gi' },
    });
    expect(spec).toMatchObject({
      description: 'two\nlines',
      program: {
        fileId: 'f',
        fileName: 'add.py',
        kind: 'PYTHON',
        executable: 'src/main.py',
        command: ['python3', '-u'],
      },
      sampling: 'GRID',
      constants: 'a = {x}',
      trialTimeoutSeconds: 5,
      resultFile: 'out/r.csv',
      resultRow: -1,
      workers: 1000,
      resources: { cpu: '500m', memory: '1Gi' },
    });
  });

  it('takes null for absent, everywhere', () => {
    const nulls = { description: null, tags: null, sampling: null, constants: null, resultRow: null, workers: null };
    const more = { trialTimeoutSeconds: null, resources: { cpu: null, memory: null }, idempotencyKey: null };
    const program = { fileId: 'f1', kind: null, executable: null, command: null };
    const input = { ...nulls, ...more, program };
    expect(check(input).spec).toEqual(check({}).spec);
  });

  it('may span 10^9 trials', () => {
    expect(check(range(1_000_000_000)).trialCount).toBe(1_000_000_000);
  });
});

describe('problems', () => {
  it('are told all at once, each with its path, and leave no specification', () => {
    const checked = check({
      name: ' ',
      tags: ['a', 'a ', ''],
      parameters: [{ float: { name: 'f', min: 2, max: 1, step: 0 } }, { list: { name: 'f', values: [] } }],
      resultFile: '/tmp/r.csv',
      resultRow: -2,
      trialTimeoutSeconds: 0,
      workers: 1001,
      resources: { cpu: 'much', memory: '500m' },
      program: { fileId: 'f', command: [], executable: '../x' },
    });
    expect(checked.problems.map(({ code, field }) => `${code} ${field?.join('.')}`).sort()).toEqual([
      'NAME_INVALID name',
      'PARAMETER_NAME_DUPLICATE parameters.1.list.name',
      'PARAMETER_RANGE_INVALID parameters.0.float.min',
      'PARAMETER_STEP_INVALID parameters.0.float.step',
      'PARAMETER_VALUES_EMPTY parameters.1.list.values',
      'PROGRAM_INVALID program.command',
      'PROGRAM_INVALID program.executable',
      'RESOURCES_INVALID resources.cpu',
      'RESOURCES_INVALID resources.memory',
      'RESULT_FILE_INVALID resultFile',
      'RESULT_ROW_INVALID resultRow',
      'TAGS_INVALID tags.1',
      'TAGS_INVALID tags.2',
      'TIMEOUT_INVALID trialTimeoutSeconds',
      'WORKERS_INVALID workers',
    ]);
    expect(checked.spec).toBeUndefined();
    expect(checked.trialCount).toBeUndefined();
  });

  it.each(['', ' \t', 'a'.repeat(201), 'a\nb', '\u0000'])('a name cannot be %j', (name) => {
    expect(problemsOf({ name })).toEqual(['NAME_INVALID name']);
  });

  it('characters are counted as people count them', () => {
    expect(problemsOf({ name: '🎲'.repeat(200), tags: ['🎲'.repeat(40)] })).toEqual([]);
    expect(problemsOf({ tags: ['🎲'.repeat(41)] })).toEqual(['TAGS_INVALID tags.0']);
  });

  it('five tags are enough', () => {
    expect(problemsOf({ tags: ['a', 'b', 'c', 'd', 'e', 'f'] })).toEqual(['TAGS_INVALID tags']);
  });

  it.each([
    '',
    ' ',
    '.',
    'out/',
    'a/..',
    '..',
    '../r.csv',
    'a/../../r.csv',
    '/r.csv',
    'C:/r.csv',
    'a\\..\\..\\r',
    'r\0.csv',
  ])('a result file cannot be %j', (resultFile) => {
    expect(problemsOf({ resultFile })).toEqual(['RESULT_FILE_INVALID resultFile']);
  });

  it.each(['r.csv', './r.csv', 'a/b/r.csv', 'a/../r.csv', '..r', 'a..b/r', 'Ergebnis für α.csv', '.hidden'])(
    'a result file may be %j',
    (resultFile) => {
      expect(problemsOf({ resultFile })).toEqual([]);
    },
  );

  it.each([
    [{ trialTimeoutSeconds: 1.5 }, 'TIMEOUT_INVALID trialTimeoutSeconds'],
    [{ trialTimeoutSeconds: -1 }, 'TIMEOUT_INVALID trialTimeoutSeconds'],
    [{ resultRow: 0.5 }, 'RESULT_ROW_INVALID resultRow'],
    [{ workers: 0 }, 'WORKERS_INVALID workers'],
    [{ workers: Number.NaN }, 'WORKERS_INVALID workers'],
    [{ description: 'a'.repeat(10_001) }, 'ARGUMENT_INVALID description'],
    [{ constants: 'ä'.repeat(32 * 1024 + 1) }, 'ARGUMENT_INVALID constants'],
    [{ program: { fileId: 'f', command: Array(101).fill('a') } }, 'ARGUMENT_INVALID program.command'],
    [{ program: { fileId: 'f', command: [' ', '-u'] } }, 'PROGRAM_INVALID program.command.0'],
    [{ program: { fileId: 'f', command: ['a', 'b\0'] } }, 'PROGRAM_INVALID program.command.1'],
    [{ program: { fileId: 'f', executable: 'a/../b' } }, 'PROGRAM_INVALID program.executable'],
    [{ program: { fileId: 'f', executable: '' } }, 'PROGRAM_INVALID program.executable'],
  ])('one wrong thing is one problem, case %#', (changes, problem) => {
    expect(problemsOf(changes)).toEqual([problem]);
  });

  it.each([
    '',
    ' ',
    'Python:3',
    'python:',
    'python@sha256:12',
    'python 3',
    'https://ghcr.io/lab/x',
    '-x',
    'a//b',
    'a/b:c:d',
    'x'.repeat(256),
    '--privileged',
    'a\nb',
  ])('no image: %j', (image) => {
    expect(problemsOf({ program: { fileId: 'f', image } })).toEqual(['PROGRAM_INVALID program.image']);
  });

  it.each([
    'python',
    'python:3.13-slim',
    'lab/solver',
    'ghcr.io/lab/solver__x.y-z:1.2_A',
    'localhost:5000/a/b/c',
    '[fd00::1]:5000/solver',
    `registry.example.org/solver:2@sha256:${'0f'.repeat(32)}`,
  ])('an image: %j', (image) => {
    expect(check({ program: { fileId: 'f', image } }).spec?.program.image).toBe(image);
  });

  it.each(['0', '-1', '1 Gi', '1gi', 'Gi', '1KiB', '1e', '', '0x10', '1.2.3', '1e999999999', '١'])(
    'no Kubernetes quantity: %j',
    (memory) => {
      expect(problemsOf({ resources: { memory } })).toEqual(['RESOURCES_INVALID resources.memory']);
    },
  );

  it.each(['1', '500m', '0.5', '.5', '2.', '+1', '1e3', '1E3', '1E', '128Ki'])('a Kubernetes quantity: %j', (cpu) => {
    expect(problemsOf({ resources: { cpu } })).toEqual([]);
  });
});
