import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isWhole, nodeProgram, submitted, treeWhen, uploadProgram } from '../support/experiments.js';
import { startServer, type ServerProcess } from '../support/server-process.js';

let server: ServerProcess;
let fileId: string;

beforeAll(async () => {
  server = await startServer(['--ephemeral'], 0, { GLADOS_RUNNER_IMAGE: 'lab/runner:1' });
  fileId = await uploadProgram(server.client, 'tell.js', nodeProgram(`write({ n: value('n') });`));
}, 60_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
}, 60_000);

function submit(image: string): Promise<string> {
  return submitted(server.client, {
    name: 'own image',
    program: { fileId, image },
    parameters: [{ integer: { name: 'n', min: 1, max: 3, step: 1 } }],
    resultFile: 'results.csv',
  });
}

describe('a program with an image of its own, on the stand-in', () => {
  it('runs by the copy of the runner that an init container made, when the image is known', async () => {
    const id = await submit('lab/runner:1');
    const tree = await treeWhen(server.client, id, isWhole);
    expect(tree.experiment).toMatchObject({ phase: 'SUCCEEDED', counts: { total: 3, succeeded: 3 } });
    const [pod] = [...tree.pods.values()];
    expect(pod?.containers.map(({ name }) => name)).toEqual(['install-runner', 'runner']);
  }, 60_000);

  it('waits in ImagePullBackOff when the stand-in has no such image', async () => {
    const id = await submit('ghcr.io/lab/unknown:1');
    const waits = /^(?:ErrImagePull|ImagePullBackOff)$/;
    const tree = await treeWhen(server.client, id, ({ pods }) =>
      [...pods.values()].some((pod) => waits.test(pod.status)),
    );
    expect(tree.experiment?.phase).toBe('QUEUED');
  }, 60_000);
});
