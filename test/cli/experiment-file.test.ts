import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ExperimentFile } from '../../src/cli/experiment-file.js';
import { ExperimentFileError, readExperimentFile } from '../../src/cli/experiment-file.js';

const whole = `name: add-numbers
description: adds
tags: [sum, 2026]
program: { file: add.py, kind: python, executable: run.sh, command: [python3, -u] }
parameters:
  - integer: { name: x, min: 1, max: 10, default: 1 }
  - float: { name: lr, min: 0.1, max: 1, step: 0.1 }
  - bool: { name: fast, default: true }
  - text: { name: label, value: 1.0 }
  - list: { name: model, values: [a, 1.50, yes], default: a }
  - group:
      name: pair
      columns: [{ name: p, values: [1, 2] }, { name: q, values: [3, 4] }]
sampling: grid
constants: |
  a = {x}
trialTimeoutSeconds: 60
resultFile: result.csv
resultRow: -1
objective: { column: loss, goal: minimize }
workers: 2
resources: { cpu: 500m, memory: 256Mi }
`;

describe('an experiment file', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'glados-'));
    await writeFile(join(directory, 'add.py'), 'print(1)');
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function read(text: string): Promise<ExperimentFile> {
    await writeFile(join(directory, 'experiment.yml'), text);
    return readExperimentFile(directory);
  }

  /** Problems of a file, each without the directory it lies in. */
  async function problemsOf(text: string): Promise<readonly string[]> {
    const error: unknown = await read(text).catch((problem: unknown) => problem);
    expect(error).toBeInstanceOf(ExperimentFileError);
    const here = `${relative(process.cwd(), directory)}/`;
    return (error as ExperimentFileError).problems.map((problem) => problem.replace(here, ''));
  }

  it('becomes a submission, with text taken as it is written', async () => {
    const file = await read(whole);
    expect(file.programPath).toBe(join(directory, 'add.py'));
    expect(file.inputWith('f1')).toEqual({
      name: 'add-numbers',
      description: 'adds',
      tags: ['sum', '2026'],
      program: { fileId: 'f1', kind: 'PYTHON', executable: 'run.sh', command: ['python3', '-u'] },
      parameters: [
        { integer: { name: 'x', min: 1, max: 10, default: 1 } },
        { float: { name: 'lr', min: 0.1, max: 1, step: 0.1 } },
        { bool: { name: 'fast', default: true } },
        { text: { name: 'label', value: '1.0' } },
        { list: { name: 'model', values: ['a', '1.50', 'yes'], default: 'a' } },
        {
          group: {
            name: 'pair',
            columns: [
              { name: 'p', values: ['1', '2'] },
              { name: 'q', values: ['3', '4'] },
            ],
          },
        },
      ],
      sampling: { kind: 'GRID' },
      constants: 'a = {x}\n',
      trialTimeoutSeconds: 60,
      resultFile: 'result.csv',
      resultRow: -1,
      objective: { column: 'loss', goal: 'MINIMIZE' },
      workers: 2,
      resources: { cpu: '500m', memory: '256Mi' },
    });
  });

  const short = 'name: a\nprogram: add.py\nresultFile: r.csv\nparameters:\n  - integer: { name: x, min: 1, max: 2 }\n';

  it('may name its program by its path alone, and be named itself', async () => {
    await writeFile(join(directory, 'other.yaml'), short);
    const file = await readExperimentFile(join(directory, 'other.yaml'));
    expect(file.inputWith('f1').program).toEqual({ fileId: 'f1' });
  });

  it('may sample, on any scale, without a step', async () => {
    const ranges =
      '  - float: { name: lr, min: 1e-5, max: 1, scale: log }\n  - integer: { name: n, min: 1, max: 9, points: 3 }\n';
    const file = await read(`${short}${ranges}sampling: { kind: random, samples: 20, seed: 7 }\n`);
    expect(file.inputWith('f1')).toMatchObject({
      parameters: [
        { integer: { name: 'x' } },
        { float: { name: 'lr', min: 0.00001, max: 1, scale: 'LOG' } },
        { integer: { name: 'n', points: 3 } },
      ],
      sampling: { kind: 'RANDOM', samples: 20, seed: 7 },
    });
  });

  it('says where what the server refuses is written', async () => {
    const file = await read(whole);
    const here = relative(process.cwd(), join(directory, 'experiment.yml'));
    expect(file.locate(['parameters', '1', 'float', 'step'])).toBe(`${here}:7:48: parameters.1.float.step`);
    expect(file.locate(['program', 'fileId'])).toBe(`${here}:4:18: program.file`);
    expect(file.locate(['parameters', '0', 'integer', 'step'])).toBe(`${here}:6:14: parameters.0.integer.step`);
  });

  it('names a key that nobody knows and the one that was probably meant', async () => {
    expect(await problemsOf(`${short}worker: 3\n`)).toEqual([
      'experiment.yml:6:1: worker is not a key that is known here. Did you mean workers?',
    ]);
    expect(await problemsOf(short.replace('min', 'mni'))).toEqual([
      'experiment.yml:5:25: parameters.0.integer.mni is not a key that is known here. Did you mean min?',
      'experiment.yml:5:14: parameters.0.integer.min is missing.',
    ]);
    expect((await problemsOf(`${short}zzzzzzzz: 3\n`))[0]).toContain('Known are name, program, ');
    expect((await problemsOf(`${short}__proto__: 3\n`))[0]).toContain('__proto__ is not a key');
  });

  it('names every value of a wrong kind', async () => {
    const head = 'name: [a]\nprogram: add.py\nresultFile: r.csv\n';
    const text = `${head}workers: "2"\nsampling: some\ntrialTimeoutSeconds: 1.5\nparameters:\n  - integer: 3\n  - {}\n  - complex: { name: z }\n`;
    expect(await problemsOf(text)).toEqual([
      'experiment.yml:1:7: name has to be text, and is a list.',
      'experiment.yml:4:10: workers has to be an integer, and is the text "2".',
      'experiment.yml:5:11: sampling has to be one of GLADOS, GRID, RANDOM or SOBOL, and is the text "some".',
      'experiment.yml:6:22: trialTimeoutSeconds has to be an integer, and is 1.5.',
      'experiment.yml:8:14: parameters.0.integer has to be a mapping with name, min, max, step, points, default or scale, and is 3.',
      'experiment.yml:9:5: parameters.1 has to have exactly one of integer, float, bool, text, list or group.',
      'experiment.yml:10:5: parameters.2.complex is not a key that is known here. Known are integer, float, bool, text, list or group.',
    ]);
  });

  it('names what is missing', async () => {
    expect(await problemsOf('description: only this\n')).toEqual([
      'experiment.yml:1:1: name is missing.',
      'experiment.yml:1:1: program is missing.',
      'experiment.yml:1:1: parameters is missing.',
      'experiment.yml:1:1: resultFile is missing.',
    ]);
    expect(await problemsOf('')).toEqual(['experiment.yml: The file is empty.']);
    expect(await problemsOf('just words')).toEqual([
      expect.stringMatching(
        /^experiment\.yml:1:1: The file has to be a mapping with name, program, .*, and is the text "just words"\.$/,
      ),
    ]);
  });

  it('that is not YAML is refused with line and column', async () => {
    const problems = await problemsOf('name: a\n  b: [1, 2\n');
    expect(problems[0]).toMatch(/^experiment\.yml:\d+:\d+: This is not YAML: .*\.$/);
    expect((await problemsOf('name: a\nname: b\n'))[0]).toMatch(
      /^experiment\.yml:2:1: This is not YAML: Map keys must be unique\.$/,
    );
  });

  it('whose program is not there is refused', async () => {
    expect(await problemsOf(short.replace('add.py', 'gone.py'))).toEqual([
      `experiment.yml:2:10: program.file names gone.py, which is not there (looked for ${join(directory, 'gone.py')}).`,
    ]);
  });

  it('that is not there is refused', async () => {
    await mkdir(join(directory, 'empty'));
    const nowhere = join(directory, 'nowhere');
    await expect(readExperimentFile(nowhere)).rejects.toThrow(`There is no file or directory ${nowhere}.`);
    const empty = join(directory, 'empty');
    await expect(readExperimentFile(empty)).rejects.toThrow(`The directory ${empty} has no experiment.yml.`);
  });

  it('that refers to itself ends', async () => {
    expect(await problemsOf('&a\nname: *a\nprogram: *a\n')).not.toHaveLength(0);
  });
});
