import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { clusterCodes } from '../../../src/model/diagnosis.js';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

describe('the codes of a diagnosis', () => {
  it('all stand in docs/diagnosis.md, and no other does', () => {
    const rows = [...read('docs/diagnosis.md').matchAll(/^\| ([A-Z_]+) \|(.*)\|$/gm)];
    expect(rows.map(([, code]) => code).toSorted()).toEqual([...clusterCodes].toSorted());
    const cells = rows.map(([, , rest = '']) => rest.split('|').map((cell) => cell.trim()));
    expect(cells.filter((row) => row.length !== 4 || row.includes(''))).toEqual([]);
  });

  it('all stand in the schema', () => {
    const [, body = ''] = /enum DiagnosisCode \{([^}]*)\}/.exec(read('schema.graphql')) ?? [];
    const known = new Set([...body.matchAll(/^ {2}([A-Z_]+)$/gm)].map(([, code]) => code));
    expect(clusterCodes.filter((code) => !known.has(code))).toEqual([]);
  });
});
