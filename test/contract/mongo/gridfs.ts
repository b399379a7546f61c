import { createHash, randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { GridFSBucket, type GridFSBucketReadStream, MongoClient } from 'mongodb';
import { givenDatabase, type Open } from './connection.js';

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function bytesOf(stream: GridFSBucketReadStream): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Files in GridFS, and collections as a whole. */
export function itKeepsFilesLikeMongo(open: Open): void {
  const given = givenDatabase(open);

  it('keeps a file, gives all or a part of it back, and deletes it', async () => {
    const bucket = new GridFSBucket(given.db, { bucketName: 'files' });
    const body = randomBytes(3 * 1024 * 1024 + 17);
    const upload = bucket.openUploadStream('r.bin', { metadata: { owner: 'a' } });
    await pipeline(Readable.from([body]), upload);
    expect(digest(await bytesOf(bucket.openDownloadStream(upload.id)))).toBe(digest(body));
    const part = await bytesOf(bucket.openDownloadStream(upload.id, { start: 300_000, end: 700_001 }));
    expect(digest(part)).toBe(digest(body.subarray(300_000, 700_001)));
    expect((await bucket.find({ 'metadata.owner': 'a' }).toArray())[0]?.length).toBe(body.length);
    await bucket.delete(upload.id);
    expect(await given.db.collection('files.chunks').countDocuments()).toBe(0);
  });

  it('lists, renames and drops collections', async () => {
    const rows = given.fresh();
    await rows.insertOne({ _id: 1 });
    await rows.rename('renamed');
    const names = async (): Promise<string[]> =>
      (await given.db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
    expect(await names()).toContain('renamed');
    expect(await names()).not.toContain(rows.collectionName);
    await given.db.collection('renamed').drop();
    expect(await names()).not.toContain('renamed');
  });

  it('takes 48 documents of a megabyte in one call', async () => {
    const rows = given.fresh();
    await rows.insertMany(Array.from({ length: 48 }, (_, i) => ({ _id: i, b: Buffer.alloc(1024 * 1024, i) })));
    expect(await rows.countDocuments()).toBe(48);
  });

  it('serves several clients at once', async () => {
    const rows = given.fresh();
    const clients = await Promise.all(Array.from({ length: 5 }, () => new MongoClient(given.uri).connect()));
    await Promise.all(
      clients.map((client, i) =>
        client
          .db(given.db.databaseName)
          .collection(rows.collectionName)
          .insertMany([{ from: i }, { from: i }]),
      ),
    );
    await Promise.all(clients.map((client) => client.close()));
    expect(await rows.countDocuments()).toBe(10);
  });
}
