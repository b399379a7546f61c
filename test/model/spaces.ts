import fc from 'fast-check';
import type { Assignment, Parameter, SearchSpace } from '../../src/model/parameter.js';
import { assignmentAt, trialCount } from '../../src/model/search-space.js';

/** Every assignment of a small space, by its numbers. */
export function allAssignments(space: SearchSpace): Assignment[] {
  return Array.from({ length: trialCount(space) }, (_, index) => assignmentAt(space, index));
}

/** Name and value pairs in order, for comparing. */
export function pairs(assignment: Assignment): [string, unknown][] {
  return assignment.map((setting) => [setting.name, setting.value]);
}

type Pairs = [string, unknown][];

/** The rule of GLADOS v1 word for word: expand the whole product, then filter, then add group rows and constants. */
export function expandAndFilter(parameters: readonly Parameter[]): Pairs[] {
  const kept = product(parameters.filter((parameter) => !isFixed(parameter) && parameter.kind !== 'group')).filter(
    (row) => parameters.filter((parameter) => !isFixed(parameter) && leavesDefault(parameter, row)).length <= 1,
  );
  const groups = product(parameters.filter((parameter) => parameter.kind === 'group'));
  const constants = product(parameters.filter(isFixed));
  return kept.flatMap((row) => groups.flatMap((group) => constants.map((fixed) => [...row, ...group, ...fixed])));
}

/** The full product in parameter order, last fastest. */
export function product(parameters: readonly Parameter[]): Pairs[] {
  return parameters.reduce<Pairs[]>(
    (rows, parameter) => rows.flatMap((row) => listValues(parameter).map((more) => [...row, ...more])),
    [[]],
  );
}

function isFixed(parameter: Parameter): boolean {
  return parameter.kind === 'text' || ('min' in parameter && parameter.min === parameter.max);
}

function leavesDefault(parameter: Parameter, row: Pairs): boolean {
  if (!('default' in parameter) || parameter.default === undefined) return false;
  return row.some(([name, value]) => name === parameter.name && value !== parameter.default);
}

function listValues(parameter: Parameter): Pairs[] {
  const { name } = parameter;
  if (parameter.kind === 'bool') return [[[name, true]], [[name, false]]];
  if (parameter.kind === 'text') return [[[name, parameter.value]]];
  if (parameter.kind === 'list') return parameter.values.map((value) => [[name, value]]);
  if (parameter.kind === 'group') {
    const rows = parameter.columns[0]?.values.length ?? 0;
    return Array.from({ length: rows }, (_, row) =>
      parameter.columns.map((column) => [column.name, column.values[row]]),
    );
  }
  const scale = parameter.kind === 'float' ? 100 : 1;
  const values: Pairs[] = [];
  const [min, max, step] = [parameter.min, parameter.max, parameter.step ?? 1].map((x) => Math.round(x * scale));
  for (let value = min ?? 0; value <= (max ?? 0); value += step ?? 1) values.push([[name, (value + 0) / scale]]);
  return values;
}

type Nameless = Parameter extends infer P ? (P extends Parameter ? Omit<P, 'name'> : never) : never;

const letters = fc.constantFrom('a', 'b', 'c', 'zz');
const hundredths = (least: number, most: number) => fc.integer({ min: least, max: most });

function rangeOf(kind: 'integer' | 'float', scale: number): fc.Arbitrary<Nameless> {
  return fc
    .record({
      low: hundredths(-30, 30),
      span: hundredths(0, 30),
      stride: hundredths(6, 20),
      preset: fc.option(hundredths(-5, 35), { nil: undefined }),
    })
    .map(({ low, span, stride, preset }) => ({
      kind,
      min: low / scale,
      max: (low + span) / scale,
      step: stride / scale,
      ...(preset !== undefined && { default: (low + preset) / scale }),
    }));
}

const nameless: fc.Arbitrary<Nameless> = fc.oneof(
  rangeOf('integer', 1),
  rangeOf('float', 100),
  fc.constantFrom<Nameless>({ kind: 'bool' }, { kind: 'bool', default: true }, { kind: 'bool', default: false }),
  letters.map((value): Nameless => ({ kind: 'text', value })),
  fc
    .record({
      values: fc.array(letters, { minLength: 1, maxLength: 5 }),
      preset: fc.option(letters, { nil: undefined }),
    })
    .map(({ values, preset }): Nameless => ({
      kind: 'list',
      values,
      ...(preset !== undefined && { default: preset }),
    })),
  fc.array(fc.tuple(letters, letters), { minLength: 1, maxLength: 3 }).map((rows): Nameless => ({
    kind: 'group',
    columns: [
      { name: 'left', values: rows.map(([left]) => left) },
      { name: 'right', values: rows.map(([, right]) => right) },
    ],
  })),
);

/** Up to five parameters of any kind with few values: defaults absent, listed, not listed or listed twice. */
export const smallParameters: fc.Arbitrary<Parameter[]> = fc
  .array(nameless, { minLength: 1, maxLength: 5 })
  .map((shapes) => shapes.map((shape, at) => named(shape, `p${at}`)));

function named(shape: Nameless, name: string): Parameter {
  if (shape.kind !== 'group') return { ...shape, name };
  return { ...shape, name, columns: shape.columns.map((column) => ({ ...column, name: `${name}.${column.name}` })) };
}
