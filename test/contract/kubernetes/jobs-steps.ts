import type { ApiBody, TestCluster } from './open-cluster.js';
import type { Job } from '../../../src/local/kubernetes/controllers/job.js';
import type { Pod } from '../../../src/local/kubernetes/node/pod.js';

/** What a test waits for has to come within this time, on a slow machine too. */
const patienceMilliseconds = 25_000;

type Named = 'pods' | 'jobs';
type Kinds = { pods: Pod; jobs: Job };

/** The steps from which the suites about pods and Jobs are made. */
export interface Steps {
  readonly cluster: TestCluster;
  path(resource: Named | 'secrets' | 'configmaps' | 'events', name?: string): string;
  /** @throws Error when the API refuses it */
  create<R extends Named>(resource: R, body: object): Promise<Kinds[R]>;
  /** A pod of one container `main` with a shell script. */
  shellPod(name: string, script: string, spec?: object, container?: object): Promise<Pod>;
  /** A Job of pods of one container `main` with a shell script, restartPolicy Never. */
  shellJob(name: string, script: string, spec?: object, podSpec?: object): Promise<Job>;
  /**
   * Watches one object until it is as described; answers all the states that were seen, after the version `since`
   * if one is given. @throws Error after 25 s
   */
  history<R extends Named>(
    resource: R,
    name: string,
    isLast: (object: Kinds[R]) => boolean,
    since?: string,
  ): Promise<Kinds[R][]>;
  /** The last state of `history`. */
  until<R extends Named>(resource: R, name: string, isLast: (object: Kinds[R]) => boolean): Promise<Kinds[R]>;
  /** Watches until the object is gone; answers its last state. */
  untilGone<R extends Named>(resource: R, name: string): Promise<Kinds[R]>;
  /** Watches a Job's pods until they, keyed by name, are as described. */
  podsUntil(job: string, isLast: (pods: readonly Pod[]) => boolean): Promise<Pod[]>;
  podsOf(job: string): Promise<Pod[]>;
  log(pod: string, query?: string): Promise<string>;
  /** Follows a log until a line says so. */
  untilLogged(pod: string, line: string): Promise<void>;
  /** Reasons of an object's Events, in the order in which they first happened. */
  eventReasons(name: string): Promise<string[]>;
}

export function stepsOn(cluster: TestCluster): Steps {
  const { namespace, request } = cluster;
  const path: Steps['path'] = (resource, name) => {
    const group = resource === 'jobs' ? '/apis/batch/v1' : '/api/v1';
    return `${group}/namespaces/${namespace}/${resource}${name === undefined ? '' : `/${name}`}`;
  };

  /** Lists, then watches from there; `since` an older version instead tells of all that happened since. */
  async function watchUntil(
    where: string,
    what: string,
    isEnd: (type: string, object: ApiBody) => boolean,
    isEndAtFirst: (found: readonly ApiBody[]) => boolean,
    since?: string,
  ): Promise<void> {
    const { body: list } = await request('GET', where);
    if (since === undefined && isEndAtFirst(list.items)) return;
    const watch = cluster.watch(`${where}&watch=1&resourceVersion=${since ?? list.metadata.resourceVersion}`);
    const impatience = setTimeout(() => watch.cancel(), patienceMilliseconds);
    let seen = list.items.at(-1);
    try {
      for await (const { type, object } of watch) {
        seen = object;
        if (type === 'ERROR') throw new Error(`watch of ${what} failed: ${object.message}`);
        if (isEnd(type, object)) return;
      }
    } finally {
      clearTimeout(impatience);
      watch.cancel();
    }
    throw new Error(`${what} never came to be as expected; last seen: ${JSON.stringify(seen?.status)}`);
  }

  const one = (resource: Named, name: string): string => `${path(resource)}?fieldSelector=metadata.name%3D${name}`;

  const steps: Steps = {
    cluster,
    path,
    async create(resource, body) {
      const answer = await request('POST', path(resource), body);
      if (answer.status !== 201) throw new Error(`${answer.status}: ${answer.body.message}`);
      return answer.body as never;
    },
    shellPod: (name, script, spec = {}, container = {}) =>
      steps.create('pods', { metadata: { name }, spec: shellSpec(cluster.image, script, spec, container) }),
    shellJob: (name, script, spec = {}, podSpec = {}) =>
      steps.create('jobs', {
        metadata: { name },
        spec: { ...spec, template: { spec: shellSpec(cluster.image, script, podSpec, {}) } },
      }),
    async history(resource, name, isLast, since) {
      const states: never[] = [];
      const isEnd = (type: string, object: ApiBody): boolean => {
        states.push(object as never);
        return type !== 'DELETED' && isLast(object as never);
      };
      const isEndAtFirst = (found: readonly ApiBody[]): boolean => found.some((object) => isEnd('ADDED', object));
      await watchUntil(one(resource, name), `${resource}/${name}`, isEnd, isEndAtFirst, since);
      return states;
    },
    async until(resource, name, isLast) {
      return (await steps.history(resource, name, isLast)).at(-1) as never;
    },
    async untilGone(resource, name) {
      let last: ApiBody | undefined;
      const isEnd = (type: string, object: ApiBody): boolean => {
        last = object;
        return type === 'DELETED';
      };
      const isEndAtFirst = (found: readonly ApiBody[]): boolean => {
        last = found[0];
        return !last;
      };
      await watchUntil(one(resource, name), `the end of ${resource}/${name}`, isEnd, isEndAtFirst);
      return last as never;
    },
    async podsUntil(job, isLast) {
      const pods = new Map<string, Pod>();
      const isEnd = (type: string, object: ApiBody): boolean => {
        if (type === 'DELETED') pods.delete(object.metadata.name);
        else pods.set(object.metadata.name, object as never);
        return isLast([...pods.values()]);
      };
      const isEndAtFirst = (found: readonly ApiBody[]): boolean => {
        for (const object of found) pods.set(object.metadata.name, object as never);
        return isLast([...pods.values()]);
      };
      await watchUntil(`${path('pods')}?labelSelector=job-name%3D${job}`, `the pods of ${job}`, isEnd, isEndAtFirst);
      return [...pods.values()];
    },
    async podsOf(job) {
      return (await request('GET', `${path('pods')}?labelSelector=job-name%3D${job}`)).body.items as never;
    },
    async log(pod, query = '') {
      return (await request('GET', `${path('pods', pod)}/log?${query}`)).text;
    },
    async untilLogged(pod, line) {
      await steps.until('pods', pod, ({ status }) => status?.phase === 'Running');
      const log = cluster.lines(`${path('pods', pod)}/log?follow=true`);
      for await (const next of log) if (next === line) return;
      throw new Error(`${pod} never said ${line}`);
    },
    async eventReasons(name) {
      const { body } = await request('GET', `${path('events')}?fieldSelector=involvedObject.name%3D${name}`);
      return body.items.toSorted((a, b) => firstTime(a).localeCompare(firstTime(b))).map(({ reason }) => reason);
    },
  };
  return steps;
}

function firstTime(event: ApiBody): string {
  return String(event['firstTimestamp'] ?? event.metadata.creationTimestamp);
}

function shellSpec(image: string, script: string, spec: object, container: object): object {
  return {
    restartPolicy: 'Never',
    containers: [{ name: 'main', image, command: ['/bin/sh', '-c', script], ...container }],
    ...spec,
  };
}

export const isEnded = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

export const isOver = ({ status }: Job): boolean =>
  status?.conditions?.some(({ type, status: is }) => is === 'True' && (type === 'Complete' || type === 'Failed')) ??
  false;

/** Runs until it is told to stop, and then exits with `exitCode`. Says `ready` when it can be told. */
export const untilStopped = (exitCode: number): string =>
  `trap 'exit ${exitCode}' TERM; echo ready; while :; do sleep 0.1; done`;
