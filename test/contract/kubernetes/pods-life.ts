import { expect, it } from '@jest/globals';
import { isEnded } from './jobs-steps.js';
import type { Steps } from './jobs-steps.js';

/** From creation to the final phase. */
export function itLeadsPodsThroughLife(steps: () => Steps): void {
  it('leads a pod from Pending over Running to Succeeded, with its conditions', async () => {
    const { shellPod, history, eventReasons } = steps();
    const { metadata } = await shellPod('succeeds', 'sleep 1');
    const states = await history('pods', 'succeeds', isEnded, metadata.resourceVersion);
    const phases = states.map(({ status }) => status?.phase);
    expect(phases.filter((phase, position) => phase !== phases[position - 1])).toEqual([
      'Pending',
      'Running',
      'Succeeded',
    ]);

    const running = states.find(({ status }) => status?.phase === 'Running')?.status;
    expect(running?.containerStatuses?.[0]).toMatchObject({
      name: 'main',
      ready: true,
      started: true,
      restartCount: 0,
    });
    expect(conditions(running)).toEqual({
      PodReadyToStartContainers: 'True',
      Initialized: 'True',
      Ready: 'True',
      ContainersReady: 'True',
      PodScheduled: 'True',
    });

    const ended = states.at(-1);
    expect(ended?.spec.nodeName).not.toBe('');
    expect(ended?.status).toMatchObject({ qosClass: 'BestEffort' });
    expect(ended?.status?.containerStatuses?.[0]).toMatchObject({
      ready: false,
      started: false,
      state: { terminated: { exitCode: 0, reason: 'Completed' } },
    });
    expect(ended?.status?.conditions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'Ready', status: 'False', reason: 'PodCompleted' }),
        expect.objectContaining({ type: 'Initialized', status: 'True', reason: 'PodCompleted' }),
      ]),
    );
    expect(await eventReasons('succeeds')).toEqual(['Scheduled', 'Pulled', 'Created', 'Started']);
  });

  it('reports the exit code and the last words of a pod that failed', async () => {
    const { shellPod, until } = steps();
    await shellPod('fails', 'echo out of luck > /dev/termination-log; exit 3');
    const { status } = await until('pods', 'fails', isEnded);
    expect(status?.phase).toBe('Failed');
    expect(status?.containerStatuses?.[0]?.state.terminated).toMatchObject({
      exitCode: 3,
      reason: 'Error',
      message: 'out of luck\n',
    });
    expect(status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'False', reason: 'PodFailed' }),
    );
  });

  it('tells a process that was killed by its exit code', async () => {
    const { shellPod, until } = steps();
    await shellPod('killed', "sh -c 'kill -9 $$$$'; exit $?");
    const { status } = await until('pods', 'killed', isEnded);
    expect(status?.containerStatuses?.[0]?.state.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
  });

  it('fails a pod whose program does not exist with StartError', async () => {
    const { shellPod, until } = steps();
    await shellPod('no-program', '', {}, { command: ['no-such-program'] });
    const { status } = await until('pods', 'no-program', isEnded);
    expect(status?.containerStatuses?.[0]?.state.terminated).toMatchObject({
      exitCode: 128,
      reason: 'StartError',
      message: expect.stringContaining('exec: "no-such-program": executable file not found in $PATH'),
    });
  });

  it('ends a pod whose file is no program with exit code 1 and a line in its log', async () => {
    const { shellPod, until, log, cluster } = steps();
    const volumeMounts = [{ name: 'bin', mountPath: '/bin-of-ours' }];
    const write = 'head -c 64 /dev/zero > /bin-of-ours/nothing; chmod +x /bin-of-ours/nothing';
    const init = { name: 'init', image: cluster.image, command: ['/bin/sh', '-c', write], volumeMounts };
    const spec = { volumes: [{ name: 'bin', emptyDir: {} }], initContainers: [init] };
    await shellPod('no-format', '', spec, { command: ['/bin-of-ours/nothing'], volumeMounts });
    const { status } = await until('pods', 'no-format', isEnded);
    expect(status?.containerStatuses?.[0]?.state.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
    expect(await log('no-format')).toMatch(/^exec \S+nothing: exec format error/);
  });

  it('runs init containers one after the other before the container', async () => {
    const { shellPod, until, log, cluster } = steps();
    const { image } = cluster;
    const volumeMounts = [{ name: 'shared', mountPath: '/shared' }];
    const init = (name: string): object => {
      return { name, image, command: ['/bin/sh', '-c', `echo ${name} >> /shared/order`], volumeMounts };
    };
    await shellPod(
      'initialized',
      'cat /shared/order',
      { volumes: [{ name: 'shared', emptyDir: {} }], initContainers: [init('first'), init('second')] },
      { volumeMounts },
    );
    await until('pods', 'initialized', isEnded);
    expect(await log('initialized')).toBe('first\nsecond\n');
  });

  it('fails a pod whose init container fails, without starting the container', async () => {
    const { create, until, cluster } = steps();
    const container = { name: 'main', image: cluster.image, command: ['/bin/sh', '-c', 'exit 0'] };
    const initContainers = [{ ...container, name: 'init', command: ['/bin/sh', '-c', 'exit 5'] }];
    const spec = { restartPolicy: 'Never', initContainers, containers: [container] };
    await create('pods', { metadata: { name: 'init-fails' }, spec });
    const { status } = await until('pods', 'init-fails', isEnded);
    expect(status?.phase).toBe('Failed');
    expect(status?.initContainerStatuses?.[0]?.state.terminated).toMatchObject({ exitCode: 5, reason: 'Error' });
    expect(status?.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: 'PodInitializing' } });
    expect(status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'Initialized',
        status: 'False',
        reason: 'ContainersNotInitialized',
        message: 'containers with incomplete status: [init]',
      }),
    );
  });

  it('restarts a container that failed, and keeps the log of the time before', async () => {
    const { shellPod, untilLogged, until, log } = steps();
    const volumes = [{ name: 'shared', emptyDir: {} }];
    const again = 'echo second; sleep 2';
    const script = `if [ -e /shared/again ]; then ${again}; else touch /shared/again; echo first; exit 9; fi`;
    const volumeMounts = [{ name: 'shared', mountPath: '/shared' }];
    await shellPod('restarts', script, { volumes, restartPolicy: 'OnFailure' }, { volumeMounts });
    await until('pods', 'restarts', ({ status }) => {
      const [main] = status?.containerStatuses ?? [];
      return main?.restartCount === 1 && main.state.running !== undefined;
    });
    expect(await log('restarts', 'previous=true')).toBe('first\n');
    expect(await log('restarts', 'previous=true&tailLines=1&timestamps=true')).toMatch(/^\S+Z first\n$/u);
    expect(await log('restarts', 'previous=true&limitBytes=3&container=main')).toBe('fir');
    await untilLogged('restarts', 'second');
    const { status } = await until('pods', 'restarts', isEnded);
    expect(status?.phase).toBe('Succeeded');
    expect(status?.containerStatuses?.[0]).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 9, reason: 'Error' } },
      state: { terminated: { exitCode: 0 } },
    });
    expect(await log('restarts')).toBe('second\n');
  });

  it('says why a pod finds no room', async () => {
    const { shellPod, until } = steps();
    await shellPod('too-large', 'true', {}, { resources: { requests: { cpu: '10000' } } });
    const { status } = await until(
      'pods',
      'too-large',
      (pod) => pod.status?.conditions?.[0]?.reason === 'Unschedulable',
    );
    expect(status?.phase).toBe('Pending');
    expect(status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'PodScheduled',
        status: 'False',
        message: expect.stringContaining('0/1 nodes are available: 1 Insufficient cpu.'),
      }),
    );
  });
}

function conditions(status: { conditions?: { type: string; status: string }[] } | undefined): Record<string, string> {
  return Object.fromEntries((status?.conditions ?? []).map(({ type, status: is }) => [type, is]));
}
