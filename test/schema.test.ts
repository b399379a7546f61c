import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

/** What a client can read about one element of a schema. */
interface Element {
  /** @see GraphQL Schema Coordinates, such as `Query.experiment(id:)`. */
  readonly coordinate: string;
  readonly description?: string | null | undefined;
  readonly deprecationReason?: string | null | undefined;
}

/** Every type, field, argument, input field and enum value that is the schema's own. */
function elementsOf(schema: GraphQLSchema): Element[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) return [];
    return [{ coordinate: type.name, description: type.description }, ...membersOf(type)];
  });
}

function membersOf(type: GraphQLNamedType): Element[] {
  if (isEnumType(type)) return type.getValues().map((value) => told(`${type.name}.${value.name}`, value));
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map((field) => told(`${type.name}.${field.name}`, field));
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => {
    const coordinate = `${type.name}.${field.name}`;
    return [told(coordinate, field), ...field.args.map((one) => told(`${coordinate}(${one.name}:)`, one))];
  });
}

function told(coordinate: string, { description, deprecationReason }: Omit<Element, 'coordinate'>): Element {
  return { coordinate, description, deprecationReason };
}

function undescribed(schema: GraphQLSchema): string[] {
  return elementsOf(schema)
    .filter(({ description }) => !description?.trim())
    .map(({ coordinate }) => coordinate);
}

/** Deprecated elements that do not say since when, or until when, as `2026-11-25`. */
function undated(schema: GraphQLSchema): string[] {
  return elementsOf(schema)
    .filter(({ deprecationReason }) => deprecationReason != null && !/\b\d{4}-\d{2}-\d{2}\b/.test(deprecationReason))
    .map(({ coordinate }) => coordinate);
}

describe('the schema', () => {
  const schema = buildSchema(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));

  it('describes every type, field, argument, input field and enum value', () => {
    expect(undescribed(schema)).toEqual([]);
  });

  it('gives a date with every deprecation', () => {
    expect(undated(schema)).toEqual([]);
  });
});

describe('the check of the schema', () => {
  it('names what is not described by its coordinate', () => {
    const schema = buildSchema(`
      type Query { one(id: ID!, "Told." size: Int): One }
      "Told." union One = Two
      type Two { " " three(at: Four, kind: Five): Six }
      input Four { five: Int }
      enum Five { SIX }
      scalar Six
    `);
    expect(undescribed(schema).toSorted()).toEqual([
      'Five',
      'Five.SIX',
      'Four',
      'Four.five',
      'Query',
      'Query.one',
      'Query.one(id:)',
      'Six',
      'Two',
      'Two.three',
      'Two.three(at:)',
      'Two.three(kind:)',
    ]);
  });

  it('names what is deprecated without a date', () => {
    const schema = buildSchema(`
      type Query {
        one(size: Int @deprecated): Int @deprecated(reason: "Use two.")
        two: Five @deprecated(reason: "Use one; goes on 2027-01-31.")
      }
      enum Five { SIX @deprecated(reason: "Never used.") }
    `);
    expect(undated(schema).toSorted()).toEqual(['Five.SIX', 'Query.one', 'Query.one(size:)']);
  });
});
