import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { buildSchema, GraphQLEnumType } from 'graphql';
import { errorTable } from '../../src/model/errors.js';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the error table', () => {
  it('is told in docs/errors.md, row by row', () => {
    const rows = [...read('docs/errors.md').matchAll(/^\| ([A-Z_]+) \| (.*?) ?\|$/gm)].map(([, code, hint]) => [
      code,
      hint,
    ]);
    const told = rows.filter(([code]) => Object.hasOwn(errorTable, code ?? ''));
    expect(told).toEqual(Object.entries(errorTable).map(([code, hint]) => [code, hint ?? '']));
  });

  it('has the codes of the schema and no other', () => {
    const type = buildSchema(read('schema.graphql')).getType('ErrorCode');
    const codes = type instanceof GraphQLEnumType ? type.getValues().map((value) => value.name) : [];
    expect(codes.toSorted()).toEqual(Object.keys(errorTable).toSorted());
  });
});
