import { describe, expect, it } from '@jest/globals';
import { strToU8, zipSync, type Zippable } from 'fflate';
import { startApi } from './api-double.js';
import { startRunner } from './run-trials.js';

const writesResult = `import fs from 'node:fs';\nfs.writeFileSync('results.csv', 'a\\n' + fs.readFileSync('../word.txt', 'utf8') + '\\n');\n`;
const files = (contents: Record<string, string>): Zippable =>
  Object.fromEntries(Object.entries(contents).map(([name, text]) => [name, strToU8(text)]));

async function reportOf(zip: Zippable, plan = {}) {
  const program = Buffer.from(zipSync(zip));
  await using api = await startApi({ program, configs: ['x'], plan: { programName: 'program.zip', ...plan } });
  await using runner = await startRunner(api);
  expect(await runner.end).toBe('done');
  return api.applicationOf(0);
}

describe('A program in a zip', () => {
  it('is found when it is called main, with the other files beside the trial’s directory', async () => {
    const report = await reportOf(files({ 'main.mjs': writesResult, 'other.mjs': writesResult, 'word.txt': 'hello' }));
    expect(report).toMatchObject({ outcome: 'SUCCEEDED', resultValues: ['hello'] });
  });

  it('is found in the one directory that the zip is made of', async () => {
    const report = await reportOf(files({ 'thing/run.mjs': writesResult, 'thing/word.txt': 'deep' }));
    expect(report.resultValues).toEqual(['deep']);
  });

  it('is the one that is named', async () => {
    const zip = files({ 'a.mjs': 'process.exit(1)', 'bin/b.mjs': writesResult, 'word.txt': 'named' });
    expect((await reportOf(zip, { executable: 'bin/b.mjs' })).resultValues).toEqual(['named']);
  });

  it('keeps its parts executable', async () => {
    const zip: Zippable = {
      'main.sh': strToU8('../tool > results.csv\n'),
      tool: [strToU8('#!/bin/sh\nprintf "a\\n7\\n"\n'), { os: 3, attrs: 0o100755 << 16 }],
    };
    expect((await reportOf(zip, { command: ['sh', 'main.sh'] })).resultValues).toEqual(['7']);
  });

  it('is asked for by name when more than one could be meant', async () => {
    const { diagnosis } = await reportOf(files({ 'a.mjs': writesResult, 'b.mjs': writesResult }));
    expect(diagnosis).toMatchObject({
      code: 'PROGRAM_NOT_FOUND',
      message: 'The zip holds more than one program: a.mjs, b.mjs.',
    });
    expect(diagnosis?.hint).toContain('executable');
  });

  it.each(['../evil.mjs', '/evil.mjs', 'a/../../evil.mjs', '..\\evil.mjs', 'C:\\evil.mjs'])(
    'is refused when it holds %s',
    async (name) => {
      const { diagnosis } = await reportOf(files({ 'main.mjs': writesResult, [name]: 'bad' }));
      expect(diagnosis?.code).toBe('PROGRAM_NOT_FOUND');
      expect(diagnosis?.message).toContain('outside of the program');
    },
  );

  it('is refused when it is damaged, cut off, or says less than it unpacks to', async () => {
    const whole = Buffer.from(zipSync(files({ 'main.mjs': writesResult.repeat(50) })));
    const lying = Buffer.from(whole);
    lying.writeUInt32LE(10, lying.lastIndexOf('PK\x01\x02', undefined, 'latin1') + 24);
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, 45, 60);
    for (const program of [lying, damaged, whole.subarray(0, -30)]) {
      await using api = await startApi({ program, configs: ['x'], plan: { programName: 'program.zip' } });
      await using runner = await startRunner(api);
      await runner.end;
      expect(api.applicationOf(0).diagnosis?.code).toBe('PROGRAM_NOT_FOUND');
      expect(api.applicationOf(0).diagnosis?.message).toContain('The zip is damaged');
    }
  });

  it('is refused before it fills the disk', async () => {
    const bomb = Buffer.from(zipSync(files({ 'main.mjs': writesResult, big: 'x' })));
    const entry = bomb.lastIndexOf('PK\x01\x02', undefined, 'latin1');
    bomb.writeUInt32LE(0xf0000000, entry + 24);
    await using api = await startApi({ program: bomb, configs: ['x'], plan: { programName: 'program.zip' } });
    await using runner = await startRunner(api);
    await runner.end;
    expect(api.applicationOf(0).diagnosis?.message).toContain('at most');
  });
});
