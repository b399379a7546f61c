import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api-double.js';
import { startRunner } from './run-trials.js';

const megabytes = 20;
/** Writes 20 MB in lines of 100 bytes, then a result. */
const talkative = `
import fs from 'node:fs';
const line = 'x'.repeat(99) + '\\n';
const chunk = line.repeat(10000);
for (let i = 0; i < ${megabytes}; i++) fs.writeSync(1, chunk);
fs.writeFileSync('results.csv', 'a\\n1\\n');
`;
const digest = createHash('sha256')
  .update(`${'x'.repeat(99)}\n`.repeat(megabytes * 10_000))
  .digest('hex');

describe('The log of a trial', () => {
  it('of 20 MB is printed and uploaded whole, before the report', async () => {
    await using api = await startApi({ program: talkative, configs: ['x'] });
    let lines = 0;
    let reportedAtUpload = -1;
    const output = new Writable({
      highWaterMark: 64 * 1024,
      write(chunk: Buffer, _encoding, done) {
        for (const byte of chunk) if (byte === 10) lines++;
        setImmediate(done);
      },
    });
    const push = api.uploads.push.bind(api.uploads);
    api.uploads.push = (...uploads) => {
      reportedAtUpload = api.applied.length;
      return push(...uploads);
    };
    await using runner = await startRunner(api, { output });
    expect(await runner.end).toBe('done');
    expect(lines).toBe(megabytes * 10_000);
    expect([...api.uploads]).toEqual([
      { trial: '0.1', bytes: megabytes * 1_000_000, sha256: digest, contentLength: String(megabytes * 1_000_000) },
    ]);
    expect(reportedAtUpload).toBe(0);
    expect(api.applicationOf(0)).toMatchObject({ outcome: 'SUCCEEDED' });
    expect(api.applicationOf(0).log ?? null).toBeNull();
    expect(readdirSync(join(runner.work, 'logs'))).toEqual([]);
  });

  it('that stops being read ends the runner, and gives the trial back', async () => {
    await using api = await startApi({ program: talkative, configs: ['x'] });
    const output = new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    await using runner = await startRunner(api, { output });
    expect(await runner.end).toBe('stopped');
    expect(api.applied.map(({ outcome }) => outcome)).toEqual(['RELEASED']);
  });
});
