import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openConnection, type ClusterConnection } from '../../src/cluster/connection.js';
import { CreateUploadDocument, ReportTrialsDocument } from '../../src/client/generated/graphql.js';
import { request } from '../../src/client/request.js';
import { nodeProgram, submitted, treeWhen, uploadProgram } from '../support/experiments.js';
import { startServer, type ServerProcess } from '../support/server-process.js';

let server: ServerProcess;
let cluster: ClusterConnection;
let base: string;

beforeAll(async () => {
  server = await startServer();
  base = server.url.replace(/\/graphql$/, '');
  cluster = openConnection({ kubeconfigPath: server.kubeconfigPath, namespace: 'glados-runners' });
}, 60_000);
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
}, 60_000);

async function opened(name: string, bytes: Buffer) {
  const { createUpload } = await server.client.request(CreateUploadDocument, { input: { name, size: bytes.length } });
  if (!createUpload.upload) throw new Error(JSON.stringify(createUpload.userErrors));
  return createUpload.upload;
}

const put = (url: string, body: BodyInit, authorization: string) =>
  fetch(url, { method: 'PUT', body, headers: { authorization } });

describe('an upload', () => {
  it('takes its bytes with its own token only, and all of them', async () => {
    const bytes = Buffer.from('print("ü")\n');
    const upload = await opened('add “numbers”.py', bytes);
    expect((await put(upload.url, bytes, 'Bearer wrong')).status).toBe(401);
    const short = await put(upload.url, bytes.subarray(1), upload.authorization ?? '');
    expect(short.status).toBe(400);
    expect(await short.text()).toContain('announced with 12 bytes');
    const whole = await put(upload.url, bytes, upload.authorization ?? '');
    expect(await whole.json()).toMatchObject({ sha256: createHash('sha256').update(bytes).digest('hex'), size: 12 });
    const file = await fetch(`${base}/files/${upload.fileId}`);
    expect(file.headers.get('content-disposition')).toBe(
      `attachment; filename="add _numbers_.py"; filename*=UTF-8''add%20%E2%80%9Cnumbers%E2%80%9D.py`,
    );
    expect(await file.text()).toBe('print("ü")\n');
  });

  it('is refused with a name that leads elsewhere', async () => {
    for (const name of ['../up.py', 'a\\b.py', ' ', 'a\nb']) {
      const { createUpload } = await server.client.request(CreateUploadDocument, { input: { name, size: 1 } });
      expect(createUpload.userErrors).toMatchObject([{ code: 'ARGUMENT_INVALID', field: ['name'] }]);
    }
  });

  it('that is not there, like any other address, is answered in one sentence', async () => {
    const answers = await Promise.all(
      ['files/none', 'experiments/none/results.csv', 'nowhere'].map((path) => fetch(`${base}/${path}`)),
    );
    for (const answer of answers) {
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
    }
  });
});

describe("a runner's token", () => {
  it('opens its own experiment for claims, reports and its program, and nothing else', async () => {
    const text = nodeProgram(`setInterval(() => undefined, 1000);`);
    const fileId = await uploadProgram(server.client, 'wait.js', text);
    const id = await submitted(server.client, {
      name: 'token',
      program: { fileId },
      parameters: [{ integer: { name: 'n', min: 1, max: 2, step: 1 } }],
      resultFile: 'results.csv',
    });
    await treeWhen(server.client, id, ({ pods }) => pods.size > 0);
    const path = `/api/v1/namespaces/glados-runners/secrets/glados-${id}`;
    const { data } = await cluster.request<{ data: { token: string } }>('GET', path);
    const token = Buffer.from(data.token, 'base64').toString();
    const runner = { url: server.url, token };
    const input = { podUid: 'nobody', reports: [] };
    expect(await request(runner, ReportTrialsDocument, { input })).toMatchObject({ reportTrials: { applied: [] } });
    await expect(request(runner, CreateUploadDocument, { input: { name: 'a', size: 1 } })).rejects.toThrow(
      'A runner may only',
    );
    await expect(request({ url: server.url }, ReportTrialsDocument, { input })).rejects.toThrow('Only a runner may');
    const forged = { ...runner, token: `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}` };
    await expect(request(forged, ReportTrialsDocument, { input })).rejects.toMatchObject({ status: 401 });

    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${base}/files/${fileId}`, { headers })).status).toBe(200);
    const other = await uploadProgram(server.client, 'other.js', 'other');
    expect((await fetch(`${base}/files/${other}`, { headers })).status).toBe(403);
    expect((await fetch(`${base}/experiments/${id}/results.csv`, { headers })).status).toBe(403);
    const log = await fetch(`${base}/experiments/other/logs?index=0&attempt=1`, { method: 'PUT', body: 'x', headers });
    expect(log.status).toBe(403);
  }, 60_000);
});
