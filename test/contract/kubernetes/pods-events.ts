import { expect, it } from '@jest/globals';
import { untilStopped } from './jobs-steps.js';
import type { Steps } from './jobs-steps.js';
import type { ApiBody } from './open-cluster.js';

/** An Event with the fields from which a diagnosis is read. */
export interface PodEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count?: number | null;
  readonly eventTime: string | null;
  readonly firstTimestamp: string | null;
  readonly lastTimestamp: string | null;
  readonly involvedObject: {
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
    readonly fieldPath?: string;
  };
  readonly source?: { readonly component?: string };
  readonly reportingComponent: string;
}

/** Watches the Events about one pod until one is as described; answers all up to that one, newest state of each. */
async function eventsUntil(
  { cluster, path }: Steps,
  name: string,
  isLast: (event: PodEvent) => boolean,
): Promise<PodEvent[]> {
  const watch = cluster.watch(
    `${path('events')}?watch=1&timeoutSeconds=25&fieldSelector=involvedObject.name%3D${name}`,
  );
  const events = new Map<string, PodEvent>();
  try {
    for await (const { object } of watch) {
      const event = object as ApiBody & PodEvent;
      events.set(object.metadata.name, event);
      if (isLast(event)) return [...events.values()];
    }
  } finally {
    watch.cancel();
  }
  throw new Error(`no such event about ${name}; there were ${[...events.values()].map(({ reason }) => reason).join()}`);
}

const whole = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u;
const micro = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/u;

/** What the node's component writes: counted, in whole seconds, about one container. */
const counted = {
  eventTime: null,
  firstTimestamp: expect.stringMatching(whole),
  lastTimestamp: expect.stringMatching(whole),
};
const byKubelet = {
  ...counted,
  source: expect.objectContaining({ component: 'kubelet' }),
  reportingComponent: 'kubelet',
};

/** What Events say of pods that do not come to run: the only evidence of some faults. */
export function itTellsOfPods(steps: () => Steps): void {
  it('tells of an image that is not there', async () => {
    const { uid } = (await steps().shellPod('ev-image', 'true', {}, { image: 'localhost/no-such-image:1' })).metadata;
    const events = await eventsUntil(steps(), 'ev-image', ({ message }) => message === 'Error: ImagePullBackOff');
    const involvedObject = expect.objectContaining({
      kind: 'Pod',
      name: 'ev-image',
      uid,
      fieldPath: 'spec.containers{main}',
    });
    const ofImage = (type: string, reason: string, message: unknown): unknown =>
      expect.objectContaining({ ...byKubelet, type, reason, message, involvedObject, count: expect.any(Number) });
    expect(events).toEqual(
      expect.arrayContaining([
        ofImage('Normal', 'Pulling', 'Pulling image "localhost/no-such-image:1"'),
        ofImage('Warning', 'Failed', expect.stringMatching(/^Failed to pull image "localhost\/no-such-image:1": /u)),
        ofImage('Warning', 'Failed', 'Error: ErrImagePull'),
        ofImage('Normal', 'BackOff', 'Back-off pulling image "localhost/no-such-image:1"'),
        ofImage('Warning', 'Failed', 'Error: ImagePullBackOff'),
      ]),
    );
  });

  it('tells of a secret that a container wants and that is not there', async () => {
    const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 'absent', key: 'k' } } }];
    const { uid } = (await steps().shellPod('ev-secret', 'true', {}, { env })).metadata;
    const events = await eventsUntil(steps(), 'ev-secret', ({ reason }) => reason === 'Failed');
    expect(events.at(-1)).toMatchObject({
      ...byKubelet,
      type: 'Warning',
      message: 'Error: secret "absent" not found',
      involvedObject: { uid, fieldPath: 'spec.containers{main}' },
    });
  });

  it('tells of a secret that a volume wants and that is not there, of the pod as a whole', async () => {
    const volumes = [{ name: 'v', secret: { secretName: 'absent' } }];
    const volumeMounts = [{ name: 'v', mountPath: '/v' }];
    await steps().shellPod('ev-volume', 'true', { volumes }, { volumeMounts });
    const events = await eventsUntil(steps(), 'ev-volume', ({ reason }) => reason === 'FailedMount');
    const last = events.at(-1);
    expect(last).toMatchObject({
      ...byKubelet,
      type: 'Warning',
      message: 'MountVolume.SetUp failed for volume "v" : secret "absent" not found',
    });
    expect(last?.involvedObject.fieldPath).toBeUndefined();
  });

  it('tells of a pod that finds no room by the time of the event, and counts nothing', async () => {
    await steps().shellPod('ev-room', 'true', {}, { resources: { requests: { cpu: '10000' } } });
    const events = await eventsUntil(steps(), 'ev-room', ({ reason }) => reason === 'FailedScheduling');
    const last = events.at(-1);
    expect(last).toMatchObject({
      type: 'Warning',
      eventTime: expect.stringMatching(micro),
      firstTimestamp: null,
      lastTimestamp: null,
      reportingComponent: 'default-scheduler',
      message: expect.stringMatching(/^0\/1 nodes are available: 1 Insufficient cpu\. /u),
    });
    expect(last?.count ?? null).toBeNull();
    expect(last?.source?.component).toBeUndefined();
  });

  it('counts the restarts of a container that fails again and again', async () => {
    const { until, shellPod } = steps();
    const { uid } = (await shellPod('ev-crash', 'exit 3', { restartPolicy: 'OnFailure' })).metadata;
    const events = await eventsUntil(steps(), 'ev-crash', ({ reason }) => reason === 'BackOff');
    expect(events.at(-1)).toMatchObject({
      ...byKubelet,
      type: 'Warning',
      message: expect.stringMatching(
        new RegExp(`^Back-off restarting failed container main in pod ev-crash_[a-z0-9-]+\\(${uid}\\)$`, 'u'),
      ),
      involvedObject: { uid, fieldPath: 'spec.containers{main}' },
    });
    const started = events.filter(({ reason }) => reason === 'Started');
    expect(started).toEqual([expect.objectContaining({ ...byKubelet, count: 2 })]);
    const { status } = await until('pods', 'ev-crash', (pod) => {
      return pod.status?.containerStatuses?.[0]?.state.waiting?.reason === 'CrashLoopBackOff';
    });
    expect(status?.phase).toBe('Running');
    expect(status?.containerStatuses?.[0]).toMatchObject({
      ready: false,
      restartCount: 1,
      lastState: { terminated: { exitCode: 3, reason: 'Error' } },
      state: {
        waiting: {
          message: expect.stringMatching(
            /^back-off \d+s restarting failed container=main pod=ev-crash_[a-z0-9-]+\(.+\)$/u,
          ),
        },
      },
    });
    expect(await steps().log('ev-crash', 'previous=true')).toBe('');
  });

  it('tells that a container is being stopped', async () => {
    const { shellPod, untilLogged, cluster, path } = steps();
    const { uid } = (await shellPod('ev-stop', untilStopped(0))).metadata;
    await untilLogged('ev-stop', 'ready');
    await cluster.request('DELETE', path('pods', 'ev-stop'));
    const events = await eventsUntil(steps(), 'ev-stop', ({ reason }) => reason === 'Killing');
    expect(events.at(-1)).toMatchObject({
      ...byKubelet,
      type: 'Normal',
      message: 'Stopping container main',
      involvedObject: { uid, fieldPath: 'spec.containers{main}' },
    });
  });

  it('shows the same events in the form of events.k8s.io', async () => {
    const { cluster, path } = steps();
    const { body: core } = await cluster.request(
      'GET',
      `${path('events')}?fieldSelector=involvedObject.name%3Dev-stop`,
    );
    const view = `/apis/events.k8s.io/v1/namespaces/${cluster.namespace}/events`;
    const { body } = await cluster.request('GET', `${view}?fieldSelector=regarding.name%3Dev-stop`);
    expect([body.kind, body.apiVersion]).toEqual(['EventList', 'events.k8s.io/v1']);
    expect(body.items.map(formOf)).toEqual(
      core.items.map(({ reason, metadata, message, ...event }) =>
        expect.objectContaining({
          reason,
          name: metadata.name,
          note: message,
          regarding: event['involvedObject'],
          reportingController: event['reportingComponent'],
          deprecatedSource: event['source'],
          deprecatedFirstTimestamp: event['firstTimestamp'],
        }),
      ),
    );
    const [first] = body.items;
    const one = await cluster.request('GET', `${view}/${first?.metadata.name ?? ''}`);
    expect(one.body).toMatchObject({ kind: 'Event', apiVersion: 'events.k8s.io/v1', note: first?.['note'] });
  });

  it('finds the events of one pod by its uid, and the warnings among them', async () => {
    const { cluster, path, until } = steps();
    const { uid } = (await until('pods', 'ev-image', () => true)).metadata;
    const found = async (query: string): Promise<string[]> => {
      const fieldSelector = encodeURIComponent(`involvedObject.uid=${uid},${query}`);
      const { body } = await cluster.request('GET', `${path('events')}?fieldSelector=${fieldSelector}`);
      return [...new Set(body.items.map(({ reason }) => reason))].sort();
    };
    expect(await found('type=Warning')).toEqual(['Failed']);
    expect(await found('type!=Warning,reason!=Scheduled,involvedObject.kind=Pod')).toEqual(['BackOff', 'Pulling']);
    expect(await found('involvedObject.name=other')).toEqual([]);
    expect(await found('involvedObject.fieldPath=spec.containers{main},reason=BackOff')).toEqual(['BackOff']);
  });
}

const formOf = ({ reason, metadata, ...event }: ApiBody): object => ({ reason, name: metadata.name, ...event });
