import fc from 'fast-check';
import type { ParameterInput, SamplingInput } from '../../src/model/submission-input.js';

/** Parameters and a sampling as clients send them: of every kind, scale and way to say which values; most of them fit together. */
export interface SpaceInput {
  readonly parameters: readonly ParameterInput[];
  readonly sampling: SamplingInput;
}

type Nameless = (name: string) => ParameterInput;

const scale = fc.constantFrom('LINEAR', 'LOG', null);
const preset = (values: fc.Arbitrary<number>) => fc.option(values, { freq: 2 });

const integer: fc.Arbitrary<Nameless> = fc
  .record({
    min: fc.integer({ min: -3, max: 50 }),
    span: fc.integer({ min: -1, max: 5000 }),
    step: fc.constantFrom(null, 1, 2, 3, 100),
    points: fc.constantFrom(null, null, 2, 5),
    scale,
    preset: preset(fc.integer({ min: -3, max: 60 })),
  })
  .map(({ min, span, preset: chosen, points, step, ...rest }) => (name) => ({
    integer: { name, min, max: min + span, default: chosen, points, step: points === null ? step : null, ...rest },
  }));

const float: fc.Arbitrary<Nameless> = fc
  .record({
    min: fc.constantFrom(1e-5, 0.1, 0.30000000000000004, 1, 7, -2.5),
    factor: fc.constantFrom(1, 1.5, 10, 123_456.789, 1e9),
    step: fc.constantFrom(null, 0.1, 0.25, 1.1, 10, 1e-5),
    points: fc.constantFrom(null, null, 3, 17),
    scale,
    preset: preset(fc.constantFrom(1e-5, 0.1, 1, 7)),
  })
  .map(({ min, factor, preset: chosen, points, step, ...rest }) => (name) => ({
    float: {
      name,
      min,
      max: min < 0 ? -min * factor : min * factor,
      default: chosen,
      points,
      step: points === null ? step : null,
      ...rest,
    },
  }));

const word = fc.constantFrom('a', 'b', '1e-3', 'True', 'Ünïcode', ' x ', '{p0}', '');

const others: fc.Arbitrary<Nameless> = fc.oneof(
  fc.constantFrom(true, false, null).map((chosen): Nameless => (name) => ({ bool: { name, default: chosen } })),
  word.map((value): Nameless => (name) => ({ text: { name, value } })),
  fc
    .record({ values: fc.array(word, { minLength: 1, maxLength: 6 }), chosen: fc.option(word) })
    .map(({ values, chosen }): Nameless => (name) => ({ list: { name, values, default: chosen } })),
  fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 4 }).map((rows): Nameless => (name) => ({
    group: {
      name,
      columns: [
        { name: `${name}.left`, values: rows.map(([left]) => left) },
        { name: `${name}.right`, values: rows.map(([, right]) => right) },
      ],
    },
  })),
);

const sampling: fc.Arbitrary<SamplingInput> = fc.record({
  kind: fc.constantFrom('GLADOS', 'GRID', 'RANDOM', 'RANDOM', 'SOBOL', 'SOBOL', null),
  samples: fc.constantFrom(1, 7, 4096, 1_000_000_000),
  seed: fc.constantFrom(null, 0, 1, 2 ** 53 - 1),
});

export const spaceInputs: fc.Arbitrary<SpaceInput> = fc
  .record({ shapes: fc.array(fc.oneof(integer, float, others), { minLength: 1, maxLength: 5 }), sampling })
  .map(({ shapes, sampling: chosen }) => {
    const isSampled = chosen.kind === 'RANDOM' || chosen.kind === 'SOBOL';
    return {
      parameters: shapes.map((shape, at) => shape(`p${at}`)),
      sampling: isSampled ? chosen : { ...chosen, samples: null, seed: null },
    };
  });
