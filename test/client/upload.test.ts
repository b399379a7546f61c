import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GladosClient } from '../../src/client/client.js';
import { createClient } from '../../src/client/client.js';
import { uploadFile } from '../../src/client/upload.js';
import { startStreamServer } from './stream-server.js';

describe('uploading a file', () => {
  const received: { path: string; authorization: string | undefined; body: string }[] = [];
  const asked: unknown[] = [];
  let server: Awaited<ReturnType<typeof startStreamServer>>;
  let client: GladosClient;

  beforeEach(async () => {
    received.length = 0;
    asked.length = 0;
    server = await startStreamServer({
      Mutation: {
        createUpload: (_parent, { input }) => {
          asked.push(input);
          const { name } = input as { name: string };
          if (name === 'refused')
            return { userErrors: [{ code: 'ARGUMENT_INVALID', message: 'No such name.', field: ['name'] }] };
          const upload = {
            fileId: 'f1',
            authorization: 'Bearer for-this',
            expiresAt: '2026-11-25T10:00:00.000Z',
            complete: name === 'known',
          };
          return { upload: { ...upload, url: server.url.replace('/graphql', `/uploads/${name}`) }, userErrors: [] };
        },
      },
      handle: (request, response) => {
        void text(request).then((body) => {
          received.push({
            path: `${request.method} ${request.url}`,
            authorization: request.headers.authorization,
            body,
          });
          if (request.url !== '/uploads/full') return response.end('{}');
          return response.writeHead(507).end(JSON.stringify({ errors: [{ message: 'The disk is full.' }] }));
        });
      },
    });
    client = createClient({ url: server.url, token: 'mine' });
  });
  afterEach(async () => {
    await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const bytes = new Uint8Array(Buffer.from('print(1)'));

  it('sends the bytes with what was given for this upload, not with the own token', async () => {
    expect(await uploadFile(client, { name: 'new', bytes, sha256: 'ab' })).toBe('f1');
    expect(asked).toEqual([{ name: 'new', size: 8, sha256: 'ab' }]);
    expect(received).toEqual([{ path: 'PUT /uploads/new', authorization: 'Bearer for-this', body: 'print(1)' }]);
    await uploadFile(client, { name: 'new', bytes: new Blob([bytes]) });
    expect(received[1]?.body).toBe('print(1)');
  });

  it('sends nothing that the server has already', async () => {
    expect(await uploadFile(client, { name: 'known', bytes, sha256: 'ab' })).toBe('f1');
    expect(received).toEqual([]);
  });

  it('says why the server does not take it', async () => {
    await expect(uploadFile(client, { name: 'full', bytes })).rejects.toMatchObject({
      status: 507,
      message: 'The disk is full.',
    });
    await expect(uploadFile(client, { name: 'refused', bytes })).rejects.toMatchObject({
      userErrors: [{ code: 'ARGUMENT_INVALID', message: 'No such name.', hint: null, field: ['name'] }],
    });
  });
});
