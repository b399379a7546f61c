import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { makeExecutableSchema } from '@graphql-tools/schema';
import {
  execute,
  getNamedType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  parse,
  validate,
} from 'graphql';
import type { DocumentNode, ExecutionArgs, GraphQLObjectType, GraphQLOutputType } from 'graphql';
import { createExecution } from '../../../src/api/http/execution.js';
import { Cursor, DateTime, SafeInt } from '../../../src/api/scalars.js';

const typeDefs = readFileSync('schema.graphql', 'utf8');
const schema = makeExecutableSchema({ typeDefs, resolvers: { Cursor, DateTime, SafeInt } });
/** Compiled code reads a field without a resolver as it stands: only those with one may give a promise. */
for (const type of Object.values(schema.getTypeMap())) {
  if (!isObjectType(type) || type.name.startsWith('__')) continue;
  for (const field of Object.values(type.getFields())) {
    if (hasResolver(field.name)) field.resolve = (source: Record<string, unknown>) => source[field.name];
  }
}

function hasResolver(field: string): boolean {
  return field.length % 2 === 0;
}

/** Every text in the tests and the client that is a document of our schema. */
function documents(): [name: string, document: DocumentNode][] {
  const found = new Map<string, DocumentNode>();
  for (const folder of ['test', 'src/client/generated']) {
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const text = readFileSync(join(folder, file), 'utf8');
      const pieces = text.match(/`(?:[^`$]|\$\w)*`|'[^'\n]*'/g) ?? [];
      for (const [index, piece] of pieces.entries()) {
        const document = asDocument(piece.replaceAll(/^[`']|[`']$/g, ''));
        if (document) found.set(`${folder}/${file} ${index}`, document);
      }
    }
  }
  return [...found];
}

function asDocument(text: string): DocumentNode | undefined {
  if (!text.includes('{')) return undefined;
  try {
    const document = parse(text);
    return validate(schema, document).length === 0 ? document : undefined;
  } catch {
    // Most texts of a test are no documents.
    return undefined;
  }
}

/** A number below `below` that depends on nothing but the path of a value and what is asked. */
type Choose = (what: string, below: number) => number;

function choices(path: string): Choose {
  return (what, below) => createHash('md5').update(`${path} ${what}`).digest().readUInt32BE(0) % below;
}

/** A value for a type: nulls, lists, promises, and with `faults` now and then what must not be. */
function valueOf(type: GraphQLOutputType, path: string, faults: boolean): unknown {
  const choose = choices(path);
  if (faults && choose('fault', 40) === 0) return choose('which', 2) === 0 ? new Error('a field fails') : null;
  if (isNonNullType(type)) return presentOf(type.ofType, path, faults);
  if (choose('null', 6) === 0) return choose('which', 2) === 0 ? null : undefined;
  return presentOf(type, path, faults);
}

function presentOf(type: GraphQLOutputType, path: string, faults: boolean): unknown {
  const choose = choices(path);
  if (isListType(type)) {
    const length = choose('length', 4);
    return Array.from({ length }, (_, index) => valueOf(type.ofType, `${path}.${index}`, faults));
  }
  const named = getNamedType(type);
  if (isUnionType(named)) {
    const member = named.getTypes()[choose('member', named.getTypes().length)];
    return member ? objectOf(member, path, faults) : null;
  }
  if (isEnumType(named)) return named.getValues()[choose('value', named.getValues().length)]?.value;
  return isObjectType(named) ? objectOf(named, path, faults) : leafOf(named.name, choose);
}

function objectOf(type: GraphQLObjectType, path: string, faults: boolean): object {
  return new Proxy(
    { __typename: type.name },
    {
      get(target, name) {
        const field = typeof name === 'string' ? type.getFields()[name] : undefined;
        if (!field) return Reflect.get(target, name) as unknown;
        const value = valueOf(field.type, `${path}.${field.name}`, faults);
        // Not together with faults: graphql-js 16 leaves a rejection unhandled when another field fails at once.
        const isPromised = !faults && hasResolver(field.name) && choices(path)(field.name, 8) === 0;
        return isPromised ? Promise.resolve(value) : value;
      },
    },
  );
}

function leafOf(name: string, choose: Choose): unknown {
  if (name === 'DateTime') return `2026-11-25T09:00:00.${choose('ms', 10)}Z`;
  if (name === 'Boolean') return choose('bool', 2) === 0;
  if (name === 'Int' || name === 'SafeInt') return choose('int', 1_000);
  return name === 'Float' ? choose('float', 1_000) / 8 : `text ${choose('text', 1_000)}`;
}

/** Enough for every variable in the documents: what is not used is ignored, what does not fit is refused by both. */
const variables = { id: 'e1', ids: ['e1'], first: 2, after: 'c', index: 3, full: true, input: {} };

async function bothAnswers(document: DocumentNode, seed: number, faults: boolean): Promise<[unknown, unknown]> {
  const operations = document.definitions.flatMap((one) => (one.kind === 'OperationDefinition' ? [one] : []));
  const operation = operations[seed % operations.length];
  const operationName = operation?.name?.value;
  const root = schema.getRootType(operation?.operation ?? ('query' as never));
  const compiled = createExecution(schema, 0);
  const argsOf = (): ExecutionArgs => ({
    schema,
    document,
    operationName,
    variableValues: variables,
    rootValue: root ? objectOf(root, String(seed), faults) : {},
    contextValue: {},
  });
  // Twice: the first answer and those of the code that was compiled for it.
  await compiled.execute(argsOf());
  return [plain(await compiled.execute(argsOf())), plain(await execute(argsOf()))];
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('compiled execution', () => {
  const all = documents();

  it('finds the documents of the tests and of the client', () => {
    expect(all.length).toBeGreaterThan(15);
  });

  it.each(all)('answers as graphql-js does, errors included: %s', async (_name, document) => {
    for (let seed = 0; seed < 30; seed += 1) {
      const [ours, theirs] = await bothAnswers(document, seed, seed % 3 === 0);
      expect(ours).toEqual(theirs);
    }
  });

  it.each([
    ['@skip and @include', 'query ($full: Boolean!) { cluster { name @include(if: $full) version @skip(if: $full) } }'],
    [
      'a fragment that is left out',
      'query ($full: Boolean!) { cluster { ...F @skip(if: $full) name } } fragment F on Cluster { version }',
    ],
    ['fields that merge', '{ cluster { freshness { asOf } freshness { reason } } }'],
    [
      '__typename of a union',
      '{ experiment(id: "e1") { parameters { __typename ... on FloatParameter { min } ... on ListParameter { values } } } }',
    ],
    ['introspection', '{ __schema { queryType { name } } __type(name: "Pod") { fields { name } } }'],
    ['a variable that does not fit', 'query ($first: Boolean) { cluster { name @skip(if: $first) } }'],
    ['a variable that is missing', 'query ($nowhere: ID!) { job(id: $nowhere) { id } }'],
  ])('answers as graphql-js does: %s', async (_name, text) => {
    const document = parse(text);
    for (let seed = 0; seed < 60; seed += 1) {
      const [ours, theirs] = await bothAnswers(document, seed, seed % 3 === 0);
      expect(ours).toEqual(theirs);
    }
  });

  it('never compiles a mutation, which must not run twice when it fails', async () => {
    let runs = 0;
    const counting = makeExecutableSchema({
      typeDefs: 'type Query { a: Int } type Mutation { count: Int! }',
      resolvers: {
        Mutation: {
          count: () => {
            runs += 1;
            throw new Error('after its effect');
          },
        },
      },
    });
    const compiled = createExecution(counting, 0);
    const document = parse('mutation { count }');
    await compiled.execute({ schema: counting, document });
    expect(runs).toBe(1);
    expect(compiled.tryCompiled({ schema: counting, document })).toBe(undefined);
  });
});
