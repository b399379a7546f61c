import { existsSync, readdirSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { image, isAlive, isEnded, object, openNode, shellPod } from './pod-fixture.js';
import type { NodeBench } from './pod-fixture.js';
import type { Pod } from '../../../../src/local/kubernetes/node/pod.js';

/** Starts a grandchild that no SIGTERM ends, says both pids, and stays. */
const stubborn =
  "trap '' TERM; (trap '' TERM; while :; do sleep 1; done) & echo $$$$ $!; wait; while :; do sleep 1; done";

describe('the node', () => {
  let bench: NodeBench;
  beforeEach(async () => {
    bench = await openNode(0.05);
  });
  afterEach(async () => bench[Symbol.asyncDispose]());

  async function pidsOf(name: string): Promise<number[]> {
    await bench.until(name, (pod) => pod?.status?.phase === 'Running');
    const log = bench.node.readLog('default', name, { follow: true });
    for await (const text of log) return text.toString().trim().split(' ').map(Number);
    throw new Error(`${name} said nothing`);
  }

  it('kills grandchildren that ignore SIGTERM when a deleted pod is overdue', async () => {
    bench.run(shellPod('stubborn', stubborn));
    const pids = await pidsOf('stubborn');
    expect(pids.map(isAlive)).toEqual([true, true]);
    bench.delete('stubborn', 2);
    await bench.until('stubborn', (pod) => pod === undefined);
    expect(pids.map(isAlive)).toEqual([false, false]);
  });

  it('kills what a container leaves behind when it ends by itself', async () => {
    bench.run(shellPod('leaves', "(trap '' TERM HUP; while :; do sleep 1; done) & echo $!"));
    const pod = await bench.until('leaves', isEnded);
    expect(pod?.status?.phase).toBe('Succeeded');
    expect(isAlive(Number(await bench.log('leaves')))).toBe(false);
  });

  it('notices a process that is killed from outside', async () => {
    bench.run(shellPod('shot', 'echo $$$$; while :; do sleep 1; done'));
    const [pid = 0] = await pidsOf('shot');
    process.kill(pid, 'SIGKILL');
    const pod = await bench.until('shot', isEnded);
    expect(pod?.status?.containerStatuses?.[0]?.state.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
  });

  it('passes nothing of its own environment on but a PATH', async () => {
    bench.run(shellPod('bare', 'env | cut -d= -f1 | sort | tr "\\n" " "; pwd; echo $HOME; command -v node >/dev/null'));
    const pod = await bench.until('bare', isEnded);
    expect(pod?.status?.phase).toBe('Succeeded');
    const [names = '', directory, home] = (await bench.log('bare')).replace(' /', ' \n/').split('\n');
    expect(
      names
        .trim()
        .split(' ')
        .filter((name) => name !== '_' && name !== 'OLDPWD'),
    ).toEqual(['HOME', 'HOSTNAME', 'PATH', 'PWD']);
    expect(directory).toBe(home);
    expect(home).toBe(join(bench.directory, 'pods', pod?.metadata.uid ?? '', 'containers', 'main'));
  });

  it('keeps twenty megabytes of output while nobody reads them', async () => {
    bench.run(shellPod('chatty', 'yes 0123456789012345678 | head -c 20000000; echo end'));
    await bench.until('chatty', isEnded);
    const text = await bench.log('chatty');
    expect(text.length).toBe(20_000_004);
    expect(text.endsWith('\nend\n')).toBe(true);
  }, 120_000);

  it('waits for a pod that was given more grace than a timer can count', async () => {
    const spec = { terminationGracePeriodSeconds: 8_000_000_000, activeDeadlineSeconds: 1e9 };
    bench.run(shellPod('patient', "trap 'exit 4' TERM; echo ready; while :; do sleep 0.05; done", spec));
    await pidsOf('patient');
    bench.delete('patient', 8_000_000_000);
    let last: Pod | undefined;
    await bench.until('patient', (pod) => {
      last = pod ?? last;
      return pod === undefined;
    });
    expect(last?.status?.containerStatuses?.[0]?.state.terminated?.exitCode).toBe(4);
  });

  it('fails a pod that the machine refuses to start, and goes on', async () => {
    bench.run(shellPod('refused', '', {}, { command: ['/bin/sh', '-c', 'a\0b'] }));
    const refused = await bench.until('refused', isEnded);
    expect(refused?.status).toMatchObject({ phase: 'Failed', reason: 'NodeError' });
    bench.run(shellPod('next', 'echo "$WORD"', {}, { env: [{ name: 'WORD', value: 'grüß 😀 "$(x)"' }] }));
    await bench.until('next', isEnded);
    expect(await bench.log('next')).toBe('grüß 😀 "$(x)"\n');
  });

  it('refuses sidecars rather than waiting for their end', async () => {
    const initContainers = [{ name: 'side', image, restartPolicy: 'Always', command: ['/bin/sh', '-c', 'true'] }];
    bench.run(shellPod('side', 'true', { initContainers }));
    const pod = await bench.until('side', isEnded);
    expect(pod?.status).toMatchObject({ phase: 'Failed', message: expect.stringContaining('not supported') });
  });

  it('lets a pod wait until there is room for it', async () => {
    const cpu = String(os.cpus().length);
    const resources = { requests: { cpu } };
    bench.run(shellPod('large', 'while :; do sleep 0.05; done', {}, { resources }));
    await bench.until('large', (pod) => pod?.status?.phase === 'Running');
    bench.run(shellPod('next', 'true', {}, { resources }));
    const waiting = await bench.until('next', (pod) => pod?.status?.conditions?.[0]?.reason === 'Unschedulable');
    expect(waiting?.spec.nodeName).toBeUndefined();
    bench.delete('large', 1);
    const pod = await bench.until('next', isEnded);
    expect(pod?.status?.phase).toBe('Succeeded');
  });

  it('does not confuse a pod with another one that took its name', async () => {
    const first = bench.run(shellPod('twin', 'trap "" TERM; while :; do sleep 0.05; done'));
    await bench.until('twin', (pod) => pod?.status?.phase === 'Running');
    bench.store.remove('pods', 'default', 'twin');
    bench.run(shellPod('twin', 'echo second'));
    const second = await bench.until('twin', isEnded);
    expect(second?.metadata.uid).not.toBe(first.metadata.uid);
    expect(second?.status?.phase).toBe('Succeeded');
    expect(await bench.log('twin')).toBe('second\n');
  });

  it('cleans up after a pod that is gone', async () => {
    const { metadata } = bench.run(shellPod('gone', 'echo bye'));
    await bench.until('gone', isEnded);
    bench.store.remove('pods', 'default', 'gone');
    const directory = join(bench.directory, 'pods', metadata.uid);
    while (existsSync(directory)) await new Promise((resolve) => setImmediate(resolve));
    expect(readdirSync(join(bench.directory, 'processes'))).toEqual([]);
  });

  it('stops every pod when it stops, and says that it was the node', async () => {
    bench.run(shellPod('polite', "trap 'exit 3' TERM; echo $$$$; while :; do sleep 0.05; done"));
    bench.run(shellPod('rude', stubborn));
    bench.store.create('pods', shellPod('waiting', 'true', {}, { env: [secretReference] }));
    const pids = [...(await pidsOf('polite')), ...(await pidsOf('rude'))];
    await bench.node[Symbol.asyncDispose]();
    expect(pids.some(isAlive)).toBe(false);
    for (const [name, exitCode] of [
      ['polite', 3],
      ['rude', 137],
      ['waiting', 137],
    ] as const) {
      const { status } = bench.get(name) ?? {};
      expect(status).toMatchObject({ phase: 'Failed', reason: 'Terminated' });
      expect(status?.containerStatuses?.[0]?.state.terminated?.exitCode).toBe(exitCode);
      expect(status?.conditions).toContainEqual(
        expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet' }),
      );
    }
  });

  it('tells a volume of a missing secret in an event, and mounts it when it appears', async () => {
    const volumes = [{ name: 'late', secret: { secretName: 'late' } }];
    const volumeMounts = [{ name: 'late', mountPath: '/late' }];
    bench.run(shellPod('mounts', 'cat /late/key', { volumes }, { volumeMounts }));
    await bench.until('mounts', () => bench.store.list('events').some(({ reason }) => reason === 'FailedMount'));
    bench.store.create('secrets', object('Secret', 'late', { data: { key: Buffer.from('now').toString('base64') } }));
    await bench.until('mounts', isEnded);
    expect(await bench.log('mounts')).toBe('now');
  });
});

const secretReference = { name: 'X', valueFrom: { secretKeyRef: { name: 'never', key: 'x' } } };
