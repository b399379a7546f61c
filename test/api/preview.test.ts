import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { spaceInputs, type SpaceInput } from '../model/parameter-inputs.js';
import { openSpaceLab, type SpaceLab } from '../support/space-lab.js';

/** More of them by `PREVIEW_SPACES=1000 npm test -- test/api/preview`. */
const spaces = Number(process.env.PREVIEW_SPACES ?? 60);
let lab: SpaceLab;

beforeAll(async () => {
  lab = await openSpaceLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

interface Told {
  readonly userErrors: readonly unknown[];
  readonly warnings: readonly unknown[];
}
interface TrialTold {
  readonly index: number;
  readonly assignment: readonly { readonly name: string; readonly value: string; readonly number: number | null }[];
  readonly config: string;
}
interface Previewed extends Told {
  readonly trialCount: number | null;
  readonly first: readonly TrialTold[];
  readonly some: readonly TrialTold[];
}
interface Recorded {
  readonly counts: { readonly total: number };
  readonly trials: { readonly nodes: readonly TrialTold[] };
  readonly [trial: `t${number}`]: TrialTold;
}

const trial = 'index assignment { name value number } config';
const told = 'userErrors { code message field } warnings { code message field }';

const inputOf = ({ parameters, sampling }: SpaceInput) => ({
  name: 'a space',
  program: { fileId: lab.fileId },
  // Left out where null: null is no value of `step: Int! = 1`, and left out means the same.
  parameters: JSON.parse(JSON.stringify(parameters, (_key, value: unknown) => value ?? undefined)) as unknown,
  sampling: JSON.parse(JSON.stringify(sampling, (_key, value: unknown) => value ?? undefined)) as unknown,
  constants: 'first = {p0}',
  resultFile: 'results.csv',
});

async function preview(input: object, at: readonly number[] = []): Promise<Previewed> {
  const query = `query ($input: SubmitExperimentInput!, $at: [SafeInt!]) { previewExperiment(input: $input) {
    trialCount ${told} first: trials(first: 5) { ${trial} } some: trials(at: $at) { ${trial} }
  } }`;
  return (await lab.ask<{ previewExperiment: Previewed }>(query, { input, at })).previewExperiment;
}

async function submit(input: object): Promise<Told & { readonly experiment: { readonly id: string } | null }> {
  const query = `mutation ($input: SubmitExperimentInput!) { submitExperiment(input: $input) { experiment { id } ${told} } }`;
  return (await lab.ask<{ submitExperiment: Awaited<ReturnType<typeof submit>> }>(query, { input })).submitExperiment;
}

async function recorded(id: string, at: readonly number[]): Promise<Recorded> {
  const each = at.map((index) => `t${index}: trial(index: ${index}) { ${trial} }`).join(' ');
  const query = `query ($id: ID!) { experiment(id: $id) {
    counts { total } trials(first: 5) { nodes { ${trial} } } ${each}
  } }`;
  return (await lab.ask<{ experiment: Recorded }>(query, { id })).experiment;
}

/** Both ends, the middle, and places that no power of two favours. */
function placesIn(count: number): number[] {
  const places = [0, 1, Math.floor(count / 3), Math.floor(count * 0.618), count - 2, count - 1];
  return [...new Set(places.filter((place) => place >= 0 && place < count))];
}

const thousand = (name: string) => ({ integer: { name, min: 1, max: 1000 } });
const defaulted = (name: string) => ({ integer: { name, min: 1, max: 100_000_001, default: 1 } });

describe('a preview', () => {
  it(
    'is what a submission records and what its pods are given, for spaces of every kind',
    async () => {
      let ran = 0;
      const property = fc.asyncProperty(spaceInputs, async (space) => {
        const input = inputOf(space);
        const { trialCount, userErrors, warnings } = await preview(input);
        const submitted = await submit(input);
        expect(submitted.userErrors).toEqual(userErrors);
        if (!submitted.experiment || trialCount === null) {
          expect([submitted.experiment, trialCount]).toEqual([null, null]);
          return;
        }
        ran += 1;
        expect(submitted.warnings).toEqual(warnings);
        const places = placesIn(trialCount);
        const { first, some } = await preview(input, places);
        const { counts, trials, ...byIndex } = await recorded(submitted.experiment.id, places);
        expect(counts.total).toBe(trialCount);
        expect(trials.nodes).toEqual(first);
        expect(Object.values(byIndex)).toEqual(some);

        const claimed = await lab.claim(submitted.experiment.id, 5);
        expect(claimed.length).toBeGreaterThan(0);
        const given = claimed.map(({ index, config }) => ({ index, config }));
        expect(given).toEqual(first.slice(0, claimed.length).map(({ index, config }) => ({ index, config })));
      });
      await fc.assert(property, { numRuns: spaces, endOnFailure: true });
      expect(ran).toBeGreaterThan(spaces / 4);
    },
    Math.max(60_000, spaces * 1000),
  );

  const grid = ['x', 'y', 'z'].map(thousand);
  const samples = 1_000_000_000;

  /** Of RANDOM and SOBOL as another program and scipy.stats.qmc have them. */
  it.each<[kind: string, SpaceInput, number, string[]]>([
    ['GRID', { parameters: grid, sampling: { kind: 'GRID' } }, samples, ['1000', '1000', '999']],
    [
      'GLADOS',
      { parameters: [...'abcdefghij'].map(defaulted), sampling: { kind: 'GLADOS' } },
      samples + 1,
      ['100000000', '1', '1', '1', '1', '1', '1', '1', '1', '1'],
    ],
    ['RANDOM', { parameters: grid, sampling: { kind: 'RANDOM', samples } }, samples, ['386', '472', '305']],
    ['SOBOL', { parameters: grid, sampling: { kind: 'SOBOL', samples } }, samples, ['503', '52', '263']],
  ])('pages to the very end of 10^9 trials: %s', async (_kind, space, count, lastButOne) => {
    const query = `query ($input: SubmitExperimentInput!, $after: Cursor) { previewExperiment(input: $input) {
      trialCount trials(first: 100, after: $after) { index assignment { value } cursor }
    } }`;
    interface Page {
      readonly trialCount: number;
      readonly trials: readonly { index: number; assignment: readonly { value: string }[]; cursor: string }[];
    }
    const at = (await preview(inputOf(space), [count - 7])).some;
    const after = Buffer.from(String(count - 8)).toString('base64url');
    const { previewExperiment } = await lab.ask<{ previewExperiment: Page }>(query, { input: inputOf(space), after });
    const { trialCount, trials } = previewExperiment;
    expect(trialCount).toBe(count);
    expect(trials.map(({ index }) => index)).toEqual([7, 6, 5, 4, 3, 2, 1].map((back) => count - back));
    expect(trials[0]?.assignment.map(({ value }) => value)).toEqual(at[0]?.assignment.map(({ value }) => value));
    expect(trials[5]?.assignment.map(({ value }) => value)).toEqual(lastButOne);
    const none = await lab.ask<{ previewExperiment: Page }>(query, { input: inputOf(space), after: trials[6]?.cursor });
    expect(none.previewExperiment.trials).toEqual([]);
  });

  it('tells the same twice', async () => {
    const input = inputOf({
      parameters: [{ float: { name: 'lr', min: 1e-5, max: 1, scale: 'LOG' } }, { bool: { name: 'b' } }],
      sampling: { kind: 'RANDOM', samples: 1_000_000_000 },
    });
    expect(await preview(input, [999_999_999])).toEqual(await preview(input, [999_999_999]));
  });

  it('warns as the submission does: of the count, a default off the values, a list with a value twice', async () => {
    const input = inputOf({
      parameters: [
        { integer: { name: 'p0', min: 1, max: 100_001, default: 0 } },
        { list: { name: 'l', values: ['a', 'a'] } },
      ],
      sampling: { kind: 'GRID' },
    });
    const { warnings } = await preview(input);
    expect(warnings).toMatchObject([
      { code: 'MANY_TRIALS', field: ['parameters'] },
      { code: 'DEFAULT_NOT_LISTED', field: ['parameters', '0', 'integer', 'default'] },
      { code: 'VALUE_TWICE', field: ['parameters', '1', 'list', 'values', '1'] },
    ]);
    expect((await submit(input)).warnings).toEqual(warnings);
  });
});

describe('an experiment', () => {
  const parameters =
    '... on IntegerParameter { name step points scale } ... on FloatParameter { name floatStep: step points scale }';
  const query = `query ($id: ID!) { experiment(id: $id) { sampling { kind samples seed } parameters { ${parameters} } } }`;

  it('tells its sampling and the scales of its parameters', async () => {
    const { experiment } = await submit(
      inputOf({
        parameters: [
          { integer: { name: 'n', min: 1, max: 64, step: 2, scale: 'LOG' } },
          { float: { name: 'f', min: 0, max: 1 } },
          { float: { name: 'g', min: 1, max: 8, points: 4, scale: 'LOG' } },
        ],
        sampling: { kind: 'SOBOL', samples: 16, seed: 3 },
      }),
    );
    expect(await lab.ask(query, { id: experiment?.id })).toEqual({
      experiment: {
        sampling: { kind: 'SOBOL', samples: 16, seed: 3 },
        parameters: [
          { name: 'n', step: 2, points: null, scale: 'LOG' },
          { name: 'f', floatStep: null, points: null, scale: 'LINEAR' },
          { name: 'g', floatStep: null, points: 4, scale: 'LOG' },
        ],
      },
    });
  });

  it('that was recorded before there were scales and samples reads as it did', async () => {
    const { experiment } = await submit(inputOf({ parameters: [{ bool: { name: 'b' } }], sampling: { kind: 'GRID' } }));
    const id = experiment?.id ?? '';
    const rows = lab.database.db.collection<{ _id: string }>('experiments');
    const old = [
      { kind: 'integer', name: 'n', min: 1, max: 3, step: 1, default: 1 },
      { kind: 'float', name: 'f', min: 0, max: 1, step: 0.5 },
    ];
    await rows.updateOne({ _id: id }, { $set: { parameters: old, sampling: 'GLADOS', 'counts.total': 9 } });
    expect(await lab.ask(query, { id })).toEqual({
      experiment: {
        sampling: { kind: 'GLADOS', samples: null, seed: null },
        parameters: [
          { name: 'n', step: 1, points: null, scale: 'LINEAR' },
          { name: 'f', floatStep: 0.5, points: null, scale: 'LINEAR' },
        ],
      },
    });
    const { t8 } = await recorded(id, [8]);
    expect(t8?.assignment.map(({ value }) => value)).toEqual(['3', '1.0']);
  });
});
