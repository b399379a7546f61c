import { describe, expect, it } from '@jest/globals';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { createSourceEventStream, getOperationAST, GraphQLError, parse, print, validate } from 'graphql';
import type { ExecutionArgs, ExecutionResult, GraphQLResolveInfo } from 'graphql';
import { Plan } from '../../../src/api/hub/plan.js';

/** A source that tells with what it was opened. */
class Source implements AsyncIterable<never> {
  readonly given: readonly unknown[];

  constructor(given: readonly unknown[]) {
    this.given = given;
  }

  [Symbol.asyncIterator](): AsyncIterator<never> {
    return { next: () => Promise.resolve({ done: true, value: undefined }) };
  }
}

const refused = new GraphQLError('There is no such thing.', { extensions: { code: 'NOT_FOUND' } });
const schema = makeExecutableSchema({
  typeDefs: `
    input Filter { name: String! = "all" tags: [String!] limit: Int }
    enum Kind { SMALL LARGE }
    type Query { hello: String }
    type Subscription {
      things(filter: Filter, kinds: [Kind!] = [SMALL], first: Int! = 3): String
      failing(how: String!): String
      fromRoot: String
    }
  `,
  resolvers: {
    Subscription: {
      things: {
        subscribe: (root: unknown, given: unknown, context: unknown, info: GraphQLResolveInfo) =>
          new Source([typeof root, given, context, told(info)]),
      },
      failing: {
        async subscribe(_root: unknown, { how }: { how: string }) {
          if (how === 'refused') throw refused;
          if (how === 'error') throw new Error('password=swordfish');
          if (how === 'text') throw 'swordfish';
          if (how === 'returned') return new Error('returned') as never;
          return how as never;
        },
      },
    },
  },
});

/** What a resolver may learn of where it stands, short enough to be compared. */
function told(info: GraphQLResolveInfo): object {
  const { fieldName, fieldNodes, returnType, parentType, path, fragments, operation, variableValues, rootValue } = info;
  return {
    names: [fieldName, String(returnType), parentType.name, operation.name?.value, Object.keys(fragments)],
    nodes: fieldNodes.map((node) => print(node)),
    path: { ...path },
    variableValues: { ...variableValues },
    root: typeof rootValue,
    isOfSchema: info.schema.getSubscriptionType() === parentType,
    isWhole: Object.keys(info).toSorted(),
  };
}

async function outcomeOf(open: () => Promise<unknown>): Promise<object> {
  try {
    const opened = (await open()) as Source | ExecutionResult;
    if (opened instanceof Source) return { given: opened.given };
    const errors = opened.errors ?? [];
    return { errors: errors.map((error) => ({ ...error.toJSON(), cause: error.originalError?.message })) };
  } catch (error) {
    return { thrown: error instanceof GraphQLError ? 'for the caller' : 'for the operator' };
  }
}

const everything = 'subscription S($f: Filter, $k: [Kind!], $n: Int! = 5) { things(filter: $f, kinds: $k, first: $n) }';
const failing = 'subscription ($how: String!) { failing(how: $how) }';
const tooMany = Object.fromEntries([['tags', Array.from({ length: 60 }, () => 1)]]);

type Case = readonly [what: string, document: string, variables?: Record<string, unknown>, operationName?: string];

const cases: readonly Case[] = [
  ['without arguments', 'subscription { things }'],
  ['under an alias', 'subscription { other: things(first: 1) }'],
  ['with variables', everything, { f: { tags: ['a'], limit: 2 }, k: ['LARGE'], n: 7 }],
  ['with defaults', everything, {}],
  ['with null', everything, { f: null, k: ['LARGE'] }],
  ['with null where there must be a value', everything, { n: null }],
  ['with null for an argument with a default', everything, { k: null }],
  ['with a single value for a list', everything, { k: 'LARGE' }],
  ['with variables nobody asked for', everything, { x: 1 }],
  ['with an unknown field of an input', everything, { f: { nme: 'a' } }],
  ['with a value that is none of an enum', everything, { k: ['HUGE'] }],
  ['with more mistakes than are told', everything, { f: tooMany }],
  ['of several operations', `query Q { hello } ${everything} subscription T { things }`, { n: 1 }, 'S'],
  ['with a directive', 'subscription { things @skip(if: false) }'],
  ['in a fragment', 'subscription { ...F } fragment F on Subscription { things(first: 2) }'],
  ['in an inline fragment', 'subscription { ... on Subscription { things(first: 2) } }'],
  ['named twice', 'subscription { things(first: 2) things(first: 2) }'],
  ['whose resolver refuses', failing, { how: 'refused' }],
  ['whose resolver throws', failing, { how: 'error' }],
  ['whose resolver throws what is no error', failing, { how: 'text' }],
  ['whose resolver gives an error', failing, { how: 'returned' }],
  ['whose resolver gives no stream', failing, { how: 'nothing' }],
  ['without a variable that it needs', failing, {}],
  ['without a resolver', 'subscription { fromRoot }'],
];

describe('a plan opens what graphql-js opens, and fails as it fails', () => {
  it.each(cases.map((one) => [one[0], one] as const))('%s', async (_what, [, text, variables, operationName]) => {
    const document = parse(text);
    expect(validate(schema, document)).toEqual([]);
    const operation = getOperationAST(document, operationName);
    if (!operation) throw new Error('names no operation');
    const args: ExecutionArgs = {
      schema,
      document,
      rootValue: { fromRoot: () => new Source(['root']) },
      contextValue: { viewer: 'ann' },
      variableValues: variables ?? null,
      operationName: operationName ?? null,
    };
    const plan = new Plan(schema, document, operation);
    const planned = async () => {
      const opened = await plan.open(args);
      return 'source' in opened ? opened.source : opened;
    };
    expect(await outcomeOf(planned)).toEqual(await outcomeOf(async () => createSourceEventStream(args)));
  });
});
