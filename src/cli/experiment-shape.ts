/** What a value of an experiment file may be. `fields` of a mapping are all the keys it knows. */
export type Shape =
  | { readonly is: 'text' | 'integer' | 'number' | 'boolean' }
  | { readonly is: 'choice'; readonly of: readonly string[] }
  | { readonly is: 'list'; readonly of: Shape }
  | { readonly is: 'mapping'; readonly fields: Readonly<Record<string, Shape>>; readonly required: readonly string[] }
  /** A mapping with exactly one of these keys. */
  | { readonly is: 'one of'; readonly fields: Readonly<Record<string, Shape>> }
  /** The short way to write it, or the whole mapping with that under `field`. */
  | {
      readonly is: 'short or mapping';
      readonly short: Shape;
      readonly field: string;
      readonly mapping: Shape & { is: 'mapping' };
    };

const text: Shape = { is: 'text' };
const integer: Shape = { is: 'integer' };
const number: Shape = { is: 'number' };
const texts: Shape = { is: 'list', of: text };

function mapping(
  required: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape & { is: 'mapping' } {
  return { is: 'mapping', fields: { ...required, ...optional }, required: Object.keys(required) };
}

const scale: Shape = { is: 'choice', of: ['LINEAR', 'LOG'] };

const parameter: Shape = {
  is: 'one of',
  fields: {
    integer: mapping(
      { name: text, min: integer, max: integer },
      { step: integer, points: integer, default: integer, scale },
    ),
    float: mapping({ name: text, min: number, max: number }, { step: number, points: integer, default: number, scale }),
    bool: mapping({ name: text }, { default: { is: 'boolean' } }),
    text: mapping({ name: text, value: text }),
    list: mapping({ name: text, values: texts }, { default: text }),
    group: mapping({ name: text, columns: { is: 'list', of: mapping({ name: text, values: texts }) } }),
  },
};

const programKind: Shape = { is: 'choice', of: ['AUTO', 'PYTHON', 'JAVA', 'BINARY', 'NODE', 'SHELL'] };
const samplingKind: Shape = { is: 'choice', of: ['GLADOS', 'GRID', 'RANDOM', 'SOBOL'] };
const sampling = mapping({ kind: samplingKind }, { samples: integer, seed: integer });

/** experiment.yml: SubmitExperimentInput of schema.graphql, with a path in the place of the uploaded file. */
export const experimentShape: Shape & { is: 'mapping' } = mapping(
  {
    name: text,
    program: {
      is: 'short or mapping',
      short: text,
      field: 'file',
      mapping: mapping({ file: text }, { kind: programKind, executable: text, command: texts, image: text }),
    },
    parameters: { is: 'list', of: parameter },
    resultFile: text,
  },
  {
    description: text,
    tags: texts,
    sampling: { is: 'short or mapping', short: samplingKind, field: 'kind', mapping: sampling },
    constants: text,
    configFormat: { is: 'choice', of: ['INI', 'YAML', 'JSON'] },
    trialTimeoutSeconds: integer,
    resultRow: integer,
    objective: mapping({ column: text, goal: { is: 'choice', of: ['MAXIMIZE', 'MINIMIZE'] } }),
    workers: integer,
    resources: mapping({}, { cpu: text, memory: text }),
  },
);
