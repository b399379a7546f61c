import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogFile } from '../../../../src/local/kubernetes/node/log-file.js';
import type { LogFile } from '../../../../src/local/kubernetes/node/log-file.js';
import { readLogFile } from '../../../../src/local/kubernetes/node/log-reader.js';
import { readAll } from './pod-fixture.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Of buffers that somebody holds: what is garbage is collected first. */
function heldBytes(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

describe('a log file', () => {
  let directory = '';
  let log: LogFile;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'log-'));
    log = createLogFile(join(directory, 'x.log'));
  });
  afterEach(() => {
    log.end();
    rmSync(directory, { recursive: true });
  });

  it('gives twenty megabytes back as they came, whatever pieces they came in', async () => {
    const line = Buffer.from(`${'ä€😀'.repeat(9)}\n`);
    const all = Buffer.concat(Array.from({ length: Math.ceil(20_000_000 / line.length) }, () => line));
    for (let at = 0; at < all.length; at += 65_521) log.write('stdout', all.subarray(at, at + 65_521));
    log.end();
    const text = await readAll(readLogFile(log.path, {}, undefined));
    expect(text.equals(all)).toBe(true);
  });

  it('keeps bytes that are no UTF-8, empty lines, and lines of a megabyte', async () => {
    const all = Buffer.concat([
      Buffer.from([0xff, 0xfe, 0x00, 0x0a, 0x0a, 0xc3, 0x0a]),
      Buffer.alloc(1_000_000, 0xe9),
      Buffer.from('\n'),
      Buffer.alloc(16 * 1024, 0x78),
      Buffer.from('\n'),
    ]);
    log.write('stderr', all);
    log.end();
    expect((await readAll(readLogFile(log.path, {}, undefined))).equals(all)).toBe(true);
    const stamped = await readAll(readLogFile(log.path, { timestamps: true }, undefined));
    expect(stamped.length).toBe(all.length + 5 * 31);
  });

  it('keeps the lines of both streams whole where they are written in turns', async () => {
    log.write('stdout', Buffer.from('out '));
    log.write('stderr', Buffer.from('error\n'));
    log.write('stdout', Buffer.from('put\n'));
    log.end();
    expect((await readAll(readLogFile(log.path, {}, undefined))).toString()).toBe('error\nout put\n');
  });

  it('finds the last lines of a long log, lines in parts counted as one', async () => {
    const long = 'y'.repeat(50_000);
    for (let index = 0; index < 5000; index += 1) log.write('stdout', Buffer.from(`line ${index}\n`));
    log.write('stdout', Buffer.from(`${long}\nlast, not ended`));
    log.end();
    const tail = async (tailLines: number) =>
      (await readAll(readLogFile(log.path, { tailLines }, undefined))).toString();
    expect(await tail(1)).toBe('last, not ended');
    expect(await tail(2)).toBe(`${long}\nlast, not ended`);
    expect(await tail(3)).toBe(`line 4999\n${long}\nlast, not ended`);
    expect((await tail(4000)).split('\n')[0]).toBe('line 1002');
    expect((await tail(6000)).split('\n').length).toBe(5002);
  });

  it('wakes a follower at each append and ends it with the log', async () => {
    const reader = readLogFile(log.path, { follow: true }, log)[Symbol.asyncIterator]();
    const first = reader.next();
    log.write('stdout', Buffer.from('one\n'));
    expect((await first).value?.toString()).toBe('one\n');
    const second = reader.next();
    log.write('stdout', Buffer.from('two\nthree'));
    expect((await second).value?.toString()).toBe('two\n');
    const third = reader.next();
    log.end();
    expect((await third).value?.toString()).toBe('three');
    expect((await reader.next()).done).toBe(true);
  });

  it('lets a follower go that waits for a line that never comes', async () => {
    const followed = readLogFile(log.path, { follow: true }, log);
    const waiting = followed[Symbol.asyncIterator]().next();
    followed.cancel();
    expect((await waiting).done).toBe(true);
  });

  it('serves a follower that lags from the file, not from memory', async () => {
    const reader = readLogFile(log.path, { follow: true }, log)[Symbol.asyncIterator]();
    log.write('stdout', Buffer.from('begin\n'));
    await reader.next();
    const block = Buffer.from(`${'z'.repeat(1023)}\n`.repeat(1024));
    const before = heldBytes();
    for (let megabyte = 0; megabyte < 30; megabyte += 1) log.write('stdout', block);
    log.end();
    expect(heldBytes() - before).toBeLessThan(10 * 1024 * 1024);
    let bytes = 0;
    for (let next = await reader.next(); !next.done; next = await reader.next()) bytes += next.value.length;
    expect(bytes).toBe(30 * 1024 * 1024);
  });
});
