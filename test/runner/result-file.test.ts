import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readResultFile } from '../../src/runner/result-file.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'result-file-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function read(content: string | Buffer, resultRow = 1) {
  writeFileSync(join(directory, 'r.csv'), content);
  return readResultFile(directory, 'r.csv', resultRow);
}

const malformed = (path: string): unknown => readResultFile(directory, path, 1);

describe('A result row', () => {
  it.each<[string, string, number, string[]]>([
    ['the first data row', 'a,b\n1,2\n3,4\n', 1, ['1', '2']],
    ['the second', 'a,b\n1,2\n3,4', 2, ['3', '4']],
    ['the last', 'a,b\r\n1,2\r\n3,4\r\n', -1, ['3', '4']],
    ['the header itself', 'a,b\n1,2\n', 0, ['a', 'b']],
    ['numbers exactly as written', 'a,b\n1e-05,007.10', 1, ['1e-05', '007.10']],
    ['quotes and line ends inside of values', 'a,b\n"x ""y""","1\n2"\n', 1, ['x "y"', '1\n2']],
    ['empty lines do not count', 'a,b\n\n\n1,2\n\n', 1, ['1', '2']],
    ['mixed line ends', 'a,b\r\n1,2\n3,4\r', 2, ['3', '4']],
    ['empty values', 'a,b\n,\n', 1, ['', '']],
  ])('is %s', (_name, content, resultRow, values) => {
    expect(read(`\ufeff${content}`, resultRow)).toEqual({ columns: ['a', 'b'], values });
  });

  it.each<[string, string | Buffer, number, string]>([
    ['an empty file', '', 1, 'it is empty.'],
    ['a file of empty lines', '\n\n', 1, 'it holds no rows.'],
    ['only a header', 'a,b\n', 1, 'row 1 was asked for, and it has only a header row.'],
    ['only a header, and the last row asked for', 'a,b\n', -1, 'it has only a header row.'],
    ['too few rows', 'a\n1\n2\n', 3, 'row 3 was asked for, and it has 2 data rows.'],
    [
      'unequal rows',
      'a,b\n1,2\n3,4,5\n',
      1,
      'the row that ends in line 3 has another number of values than the header.',
    ],
    ['an open quote', 'a\n"1\n', 1, 'a quote is opened and never closed.'],
    ['a quote in a value', 'a\n1"2\n', 1, 'a quote stands in the middle of a value in line 2.'],
    ['a binary file', Buffer.from([0x7f, 0x45, 0, 1]), 1, 'it is a binary file, not CSV.'],
    ['UTF-16', Buffer.from('\ufeffa\n1\n', 'utf16le'), 1, 'it is written in UTF-16, not in UTF-8.'],
    ['Latin-1', Buffer.from('a\né\n', 'latin1'), 1, 'it holds bytes that are not UTF-8.'],
    [
      'too many columns',
      `${'a,'.repeat(1000)}a\n${'1,'.repeat(1000)}1\n`,
      1,
      'it has 1001 columns; at most 1000 are kept.',
    ],
    ['a long value', `a\n${'x'.repeat(10_001)}\n`, 1, 'a value has 10001 characters; at most 10000 are kept.'],
  ])('is refused from %s', (_name, content, resultRow, sentence) => {
    expect(read(content, resultRow)).toMatchObject({
      code: 'RESULT_MALFORMED',
      message: `r.csv could not be used: ${sentence}`,
    });
  });
});

describe('A result file', () => {
  it('may lie in a subdirectory', () => {
    mkdirSync(join(directory, 'out'));
    writeFileSync(join(directory, 'out', 'r.csv'), 'a\n1\n');
    expect(readResultFile(directory, 'out/r.csv', 1)).toEqual({ columns: ['a'], values: ['1'] });
  });

  it('may not lie outside of the trial’s directory, be it by a link', () => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    writeFileSync(join(outside, 'r.csv'), 'a\n1\n');
    symlinkSync(join(outside, 'r.csv'), join(directory, 'r.csv'));
    const message = 'r.csv could not be used: it lies outside the trial’s directory.';
    expect(malformed('r.csv')).toMatchObject({ code: 'RESULT_MALFORMED', message });
    rmSync(outside, { recursive: true });
  });

  it('is no directory, no pipe, and not huge', () => {
    mkdirSync(join(directory, 'd.csv'));
    execFileSync('mkfifo', [join(directory, 'p.csv')]);
    writeFileSync(join(directory, 'h.csv'), '');
    truncateSync(join(directory, 'h.csv'), 17 * 1024 * 1024);
    expect(malformed('d.csv')).toMatchObject({ message: 'd.csv could not be used: it is a directory.' });
    expect(malformed('p.csv')).toMatchObject({ message: 'p.csv could not be used: it is no ordinary file.' });
    expect(malformed('h.csv')).toMatchObject({ message: expect.stringContaining('17825792 bytes') });
  });

  it('that is missing is named', () => {
    expect(malformed('r.csv')).toMatchObject({ code: 'RESULT_MISSING', evidence: ['It wrote no files.'] });
  });
});
