import { expect, it } from '@jest/globals';
import { isEnded, untilStopped } from './jobs-steps.js';
import type { Steps } from './jobs-steps.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Environment, volumes, and what happens when something of it is not there. */
export function itConfiguresPods(steps: () => Steps): void {
  it('gives a container its environment from every source, references expanded', async () => {
    const { shellPod, until, log, cluster, path } = steps();
    await cluster.request('POST', path('secrets'), { metadata: { name: 'words' }, data: { one: base64('geheim') } });
    await cluster.request('POST', path('configmaps'), {
      metadata: { name: 'words' },
      data: { two: 'zwei', three: 'drei' },
    });
    const env = [
      { name: 'PLAIN', value: 'plain' },
      { name: 'EXPANDED', value: '$(PLAIN)/$(UNKNOWN)/$$(PLAIN)' },
      { name: 'SECRET', valueFrom: { secretKeyRef: { name: 'words', key: 'one' } } },
      { name: 'CONFIG', valueFrom: { configMapKeyRef: { name: 'words', key: 'two' } } },
      { name: 'ABSENT', valueFrom: { configMapKeyRef: { name: 'words', key: 'none', optional: true } } },
      { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'SPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
    ];
    const envFrom = [{ prefix: 'ALL_', configMapRef: { name: 'words' } }];
    const script =
      'echo "$PLAIN $EXPANDED $SECRET $CONFIG ${ABSENT-unset} $POD $SPACE $ALL_three"; echo "$HOSTNAME $0 $1"';
    const command = ['/bin/sh', '-c', script];
    await shellPod('environment', '', {}, { command, args: ['$(SECRET)', '$$(SECRET)'], env, envFrom });
    await until('pods', 'environment', isEnded);
    expect(await log('environment')).toBe(
      `plain plain/$(UNKNOWN)/$(PLAIN) geheim zwei unset environment ${cluster.namespace} drei\n` +
        'environment geheim $(SECRET)\n',
    );
  });

  it('mounts secrets, configMaps and the pod itself as files, and starts in the working directory', async () => {
    const { shellPod, until, log, cluster, path } = steps();
    await cluster.request('POST', path('secrets'), {
      metadata: { name: 'files' },
      data: { key: base64('a\u0000b\n') },
    });
    await cluster.request('POST', path('configmaps'), {
      metadata: { name: 'files' },
      data: { 'a.txt': 'A\n', 'b.txt': 'B\n' },
    });
    const volumes = [
      { name: 'secret', secret: { secretName: 'files' } },
      { name: 'config', configMap: { name: 'files', items: [{ key: 'b.txt', path: 'deep/c.txt' }] } },
      { name: 'about', downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
      { name: 'work', emptyDir: {} },
    ];
    const volumeMounts = [
      { name: 'secret', mountPath: '/etc/secret', readOnly: true },
      { name: 'config', mountPath: '/etc/config' },
      { name: 'about', mountPath: '/about' },
      { name: 'work', mountPath: '/scratch' },
    ];
    const script = [
      'wc -c < /etc/secret/key | tr -d " "',
      'cat /etc/config/deep/c.txt',
      'ls /etc/config',
      'cat /about/name; echo',
      'echo here > note; cat /scratch/note',
      'cat "$NOTE"',
    ].join('\n');
    const env = [{ name: 'NOTE', value: '/scratch/note' }];
    await shellPod('volumes', script, { volumes }, { volumeMounts, env, workingDir: '/scratch' });
    await until('pods', 'volumes', isEnded);
    expect(await log('volumes')).toBe('4\nB\ndeep\nvolumes\nhere\nhere\n');
  });

  it('brings the files of a volume up to date when their object changes', async () => {
    const { shellPod, untilLogged, cluster, path } = steps();
    await cluster.request('POST', path('configmaps'), {
      metadata: { name: 'moving' },
      data: { word: 'old', gone: 'x' },
    });
    const volumes = [{ name: 'v', configMap: { name: 'moving' } }];
    const until = 'until [ "$(cat /etc/v/word)" = new ]; do sleep 0.1; done';
    const script = `echo $(cat /etc/v/word); ${until}; ls /etc/v; ${untilStopped(0)}`;
    await shellPod('moves', script, { volumes }, { volumeMounts: [{ name: 'v', mountPath: '/etc/v' }] });
    await untilLogged('moves', 'old');
    const headers = { 'content-type': 'application/merge-patch+json' };
    await cluster.request('PATCH', path('configmaps', 'moving'), { data: { word: 'new', gone: null } }, headers);
    // A kubelet looks at its pods once a minute; a change of the pod makes it look now.
    await cluster.request('PATCH', path('pods', 'moves'), { metadata: { annotations: { looked: 'at' } } }, headers);
    await untilLogged('moves', 'ready');
    expect(await steps().log('moves')).toBe('old\nword\nready\n');
    await cluster.request('DELETE', path('pods', 'moves'));
  });

  it('starts a pod when the secret it waited for appears', async () => {
    const { shellPod, until, log, cluster, path } = steps();
    const env = [{ name: 'LATE', valueFrom: { secretKeyRef: { name: 'late', key: 'word' } } }];
    await shellPod('waits-for-secret', 'echo $LATE', {}, { env });
    const waiting = await until('pods', 'waits-for-secret', ({ status }) => {
      return status?.containerStatuses?.[0]?.state.waiting?.reason === 'CreateContainerConfigError';
    });
    expect(waiting.status?.phase).toBe('Pending');
    expect(waiting.status?.containerStatuses?.[0]?.state.waiting?.message).toBe('secret "late" not found');

    await cluster.request('POST', path('secrets'), { metadata: { name: 'late' }, data: { word: base64('come') } });
    await until('pods', 'waits-for-secret', isEnded);
    expect(await log('waits-for-secret')).toBe('come\n');
  });

  it('names the key that a secret lacks', async () => {
    const { shellPod, until, cluster, path } = steps();
    await cluster.request('POST', path('secrets'), { metadata: { name: 'empty' } });
    const env = [{ name: 'WORD', valueFrom: { secretKeyRef: { name: 'empty', key: 'word' } } }];
    await shellPod('lacks-key', 'true', {}, { env });
    const { status } = await until('pods', 'lacks-key', (pod) => {
      return pod.status?.containerStatuses?.[0]?.state.waiting?.reason === 'CreateContainerConfigError';
    });
    const message = `couldn't find key word in Secret ${cluster.namespace}/empty`;
    expect(status?.containerStatuses?.[0]?.state.waiting?.message).toBe(message);
  });

  it('keeps a pod with an unknown image pending, and says why', async () => {
    const { shellPod, until, cluster, path, eventReasons } = steps();
    await shellPod('no-image', 'true', {}, { image: 'localhost/no-such-image:1' });
    const reasonOf = (reason: string) => async () =>
      until('pods', 'no-image', ({ status }) => status?.containerStatuses?.[0]?.state.waiting?.reason === reason);
    const failed = await reasonOf('ErrImagePull')();
    expect(failed.status?.phase).toBe('Pending');
    const backedOff = await reasonOf('ImagePullBackOff')();
    expect(backedOff.status?.containerStatuses?.[0]?.state.waiting?.message).toContain(
      'Back-off pulling image "localhost/no-such-image:1"',
    );
    const log = await cluster.request('GET', `${path('pods', 'no-image')}/log`);
    expect(log.status).toBe(400);
    expect(log.body.message).toMatch(/^container "main" in pod "no-image" is waiting to start: /);
    const reasons = await eventReasons('no-image');
    expect([...new Set(reasons)].sort()).toEqual(['BackOff', 'Failed', 'Pulling', 'Scheduled']);
  });
}
