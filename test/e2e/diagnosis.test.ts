import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CancelExperimentDocument } from '../../src/client/generated/graphql.js';
import { nodeProgram, submitted, treeWhen, uploadProgram } from '../support/experiments.js';
import { startServer, type ServerProcess } from '../support/server-process.js';

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
}, 60_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
}, 60_000);

describe('an experiment whose image is not there', () => {
  it('says so on itself, its Job and its pod while it waits, and can be cancelled', async () => {
    const id = await submitted(server.client, {
      name: 'no image',
      program: {
        fileId: await uploadProgram(server.client, 'echo.js', nodeProgram(`write({ n: value('n') });`)),
        image: 'registry.example/nobody/nothing:1',
      },
      parameters: [{ integer: { name: 'n', min: 1, max: 2, step: 1 } }],
      resultFile: 'results.csv',
    });
    const tree = await treeWhen(server.client, id, ({ experiment }) => experiment?.diagnosis?.code === 'IMAGE_PULL');
    expect(tree.experiment).toMatchObject({ phase: 'QUEUED', counts: { waiting: 2 } });
    expect(tree.experiment?.diagnosis?.message).toContain('registry.example/nobody/nothing:1');
    expect([...tree.jobs.values()].map((job) => job.diagnosis?.code)).toEqual(['IMAGE_PULL']);
    expect([...tree.pods.values()].map((pod) => pod.diagnosis?.code)).toEqual(['IMAGE_PULL']);
    await server.client.request(CancelExperimentDocument, { input: { id } });
    await treeWhen(server.client, id, ({ experiment, pods }) => experiment?.phase === 'CANCELLED' && pods.size === 0);
  }, 60_000);
});
