import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startNode } from '../../../../src/local/kubernetes/node/node.js';
import {
  image,
  isAlive,
  isEnded,
  object,
  openStore,
  shellPod,
  temporaryDirectory,
  untilStored,
} from './pod-fixture.js';

const program = fileURLToPath(new URL('../../../../dist/src/local/kubernetes/main.js', import.meta.url));

describe('a node that was killed', () => {
  let directory = '';
  beforeEach(() => {
    directory = temporaryDirectory();
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));

  it('finds nothing running when it starts again, marks what ran as disrupted, and starts what waited', async () => {
    const file = join(directory, 'objects.db');
    const script = "trap '' TERM; (trap '' TERM; while :; do sleep 1; done) & echo $$$$ $! > pids; mv pids ready; wait";
    const env = [{ name: 'WORD', valueFrom: { secretKeyRef: { name: 'late', key: 'word' } } }];
    const before = openStore(file);
    const ran = before.create('pods', shellPod('ran', script));
    before.create('pods', shellPod('waited', 'test "$WORD" = go', {}, { env }));
    before[Symbol.dispose]();

    const first = spawn(process.execPath, [program, '--directory', directory, '--image', image]);
    const exited = once(first, 'exit');
    const ready = join(directory, 'pods', ran.metadata.uid, 'containers', 'main', 'ready');
    await untilExists(ready, () => first.exitCode !== null);
    const pids = readFileSync(ready, 'utf8').trim().split(' ').map(Number);
    first.kill('SIGKILL');
    await exited;
    expect(pids.map(isAlive)).toEqual([true, true]);

    const store = openStore(file);
    const node = await startNode({ store, directory, images: { [image]: {} } });
    try {
      expect(pids.map(isAlive)).toEqual([false, false]);
      const lost = await untilStored(store, 'ran', isEnded);
      expect(lost?.status?.phase).toBe('Failed');
      expect(lost?.status?.containerStatuses?.[0]?.state.terminated).toMatchObject({
        exitCode: 137,
        reason: 'ContainerStatusUnknown',
      });
      expect(lost?.status?.conditions).toContainEqual(
        expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet' }),
      );
      store.create('secrets', object('Secret', 'late', { data: { word: Buffer.from('go').toString('base64') } }));
      const started = await untilStored(store, 'waited', isEnded);
      expect(started?.status?.phase).toBe('Succeeded');
    } finally {
      await node[Symbol.asyncDispose]();
      store[Symbol.dispose]();
    }
  });
});

async function untilExists(path: string, hasFailed: () => boolean): Promise<void> {
  while (!existsSync(path)) {
    if (hasFailed()) throw new Error('the program ended before it was ready');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
