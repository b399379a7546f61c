import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/store/database.js';
import { createFiles, type Files } from '../../src/store/files.js';
import { openTestDatabase } from '../support/database.js';

let database: Database;
let files: Files;
const now = Date.parse('2026-11-25T10:00:00.000Z');

beforeAll(async () => {
  database = await openTestDatabase();
  files = createFiles(database);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

const open = (bytes: Buffer, sha256?: string) =>
  files.open({ name: 'add.py', size: bytes.length, owner: 'local', now, ...(sha256 ? { sha256 } : {}) });
const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('files', () => {
  it('gives back the bytes that were sent, with their hash', async () => {
    const bytes = randomBytes(3_000_000);
    const { fileId } = await open(bytes);
    expect(await files.get(fileId)).toBeUndefined();
    await files.receive(fileId, Readable.from(bytes));
    expect(await files.get(fileId)).toMatchObject({ name: 'add.py', size: 3_000_000, sha256: sha(bytes) });
    expect(sha(await buffer(await files.read(fileId)))).toBe(sha(bytes));
  });

  it('stores the same bytes once when they come five times at once', async () => {
    const bytes = randomBytes(400_000);
    const before = await database.db.collection('fs.files').countDocuments();
    const opened = await Promise.all(Array.from({ length: 5 }, () => open(bytes)));
    await Promise.all(opened.map(({ fileId }) => files.receive(fileId, Readable.from(bytes))));
    expect(await database.db.collection('fs.files').countDocuments()).toBe(before + 1);
    for (const { fileId } of opened) expect(sha(await buffer(await files.read(fileId)))).toBe(sha(bytes));
    const known = await open(bytes, sha(bytes).toUpperCase());
    expect(known.complete).toBe(true);
    expect(await files.get(known.fileId)).toMatchObject({ sha256: sha(bytes) });
  });

  it('refuses more or fewer bytes than were announced, and keeps none of them', async () => {
    const before = await database.db.collection('fs.chunks').countDocuments();
    for (const size of [9, 11]) {
      const { fileId } = await open(Buffer.alloc(10));
      await expect(files.receive(fileId, Readable.from(Buffer.alloc(size)))).rejects.toMatchObject({
        problems: [{ code: 'ARGUMENT_INVALID' }],
      });
      expect(await files.get(fileId)).toBeUndefined();
    }
    expect(await database.db.collection('fs.chunks').countDocuments()).toBe(before);
  });

  it('refuses bytes that do not have the hash that was announced', async () => {
    const before = await database.db.collection('fs.files').countDocuments();
    const { fileId } = await open(Buffer.from('abc'), sha(Buffer.from('abd')));
    await expect(files.receive(fileId, Readable.from(Buffer.from('abc')))).rejects.toMatchObject({
      problems: [{ code: 'ARGUMENT_INVALID', field: ['sha256'] }],
    });
    expect(await files.get(fileId)).toBeUndefined();
    expect(await database.db.collection('fs.files').countDocuments()).toBe(before);
  });

  it('lets only the token of an upload send its bytes, and not for ever', async () => {
    const { fileId, token, expiresAt } = await open(Buffer.alloc(1));
    expect(await files.mayReceive(fileId, token, now)).toBe(true);
    expect(await files.mayReceive(fileId, `${token}x`, now)).toBe(false);
    expect(await files.mayReceive('other', token, now)).toBe(false);
    expect(await files.mayReceive(fileId, token, Date.parse(expiresAt) + 1)).toBe(false);
  });
});
