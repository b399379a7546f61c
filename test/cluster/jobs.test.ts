import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { jobManifest, secretManifest } from '../../src/cluster/job-template.js';
import { createJobs } from '../../src/cluster/jobs.js';
import type { Jobs } from '../../src/cluster/jobs.js';
import { json, status } from './api-server.js';
import { bodyOf, serve } from './http-server.js';
import type { ServedConnection } from './http-server.js';

/** Objects by path, created once, merged by patches of the right kind only. */
const objects = new Map<string, Record<string, unknown>>();
let served: ServedConnection;
let jobs: Jobs;
let deleted: unknown[];

beforeEach(async () => {
  objects.clear();
  deleted = [];
  served = await serve((request, response) => void answer(request, response));
  jobs = createJobs(served.connection, 'runners');
});
afterEach(async () => {
  await served[Symbol.asyncDispose]();
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await bodyOf(request);
  const body = (text === '' ? {} : JSON.parse(text)) as { metadata?: { name: string } };
  const url = new URL(String(request.url), 'http://server').pathname;
  if (url === '/version') return json(response, 200, { gitVersion: 'v1.36.3' });
  if (request.method === 'POST') {
    const path = `${url}/${String(body.metadata?.name)}`;
    if (objects.has(path)) return status(response, 409, 'AlreadyExists', 'already exists');
    const stored = { ...body, metadata: { ...body.metadata, uid: 'uid' } };
    objects.set(path, stored);
    return json(response, 201, stored);
  }
  const before = objects.get(url);
  if (!before) return status(response, 404, 'NotFound', 'not found');
  if (request.method === 'DELETE') {
    deleted.push(body);
    objects.delete(url);
  }
  if (request.method === 'PATCH') {
    if (request.headers['content-type'] !== 'application/merge-patch+json')
      return status(response, 415, 'Unsupported', 'no');
    objects.set(url, { ...before, ...body, metadata: { ...(before['metadata'] as object), ...body.metadata } });
  }
  return json(response, 200, objects.get(url) ?? {});
}

const experiment = { id: 'x1', workers: 1, resources: {} };
const manifest = jobManifest({ experiment, runnerImage: 'runner:1', namespace: 'runners' });
const jobPath = '/apis/batch/v1/namespaces/runners/jobs/glados-x1';
const secretPath = '/api/v1/namespaces/runners/secrets/glados-x1';

it('a Job that is asked for twice is created once', async () => {
  expect(await jobs.ensure(manifest)).toBe('created');
  expect(await jobs.ensure(manifest)).toBe('exists');
  expect([...objects.keys()]).toEqual([jobPath]);
  expect(await jobs.get('glados-x1')).toMatchObject({
    id: 'uid',
    name: 'glados-x1',
    experimentId: 'x1',
    completions: 1,
  });
});

it('a Job that is not there is undefined, and deleted as it should be', async () => {
  expect(await jobs.get('glados-x1')).toBeUndefined();
  await jobs.delete('glados-x1', { propagation: 'Foreground' });
  await jobs.ensure(manifest);
  await jobs.delete('glados-x1', { propagation: 'Background' });
  expect(objects.size).toBe(0);
  expect(deleted).toEqual([{ apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' }]);
});

const secret = (token: string) => secretManifest({ experimentId: 'x1', namespace: 'runners', token, api: 'http://a' });

it('a Secret is created, then brought up to date, and keeps the owner it was given', async () => {
  expect(await jobs.ensureSecret(secret('old'))).toBe('created');
  await jobs.ownSecret('glados-x1', { id: 'job-uid', name: 'glados-x1' });
  expect(await jobs.ensureSecret(secret('new'))).toBe('exists');
  expect(objects.get(secretPath)).toMatchObject({
    data: { token: Buffer.from('new').toString('base64') },
    metadata: { ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'glados-x1', uid: 'job-uid' }] },
  });
  await jobs.deleteSecret('glados-x1');
  await jobs.deleteSecret('glados-x1');
  expect(objects.size).toBe(0);
});

it('any other refusal reaches the caller', async () => {
  await expect(jobs.ownSecret('nobody', { id: 'u', name: 'n' })).rejects.toMatchObject({
    status: 404,
    reason: 'NotFound',
  });
});

it('the version is that of the server', async () => {
  expect(await jobs.version()).toBe('v1.36.3');
});
