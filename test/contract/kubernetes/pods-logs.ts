import { beforeAll, expect, it } from '@jest/globals';
import { isEnded, untilStopped } from './jobs-steps.js';
import type { Steps } from './jobs-steps.js';

const timestamped = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z /;

/** What `GET …/log` answers. */
export function itKeepsLogs(steps: () => Steps): void {
  beforeAll(async () => {
    const { shellPod, until } = steps();
    await shellPod('talks', 'echo one; sleep 2.1; echo two; sleep 2.1; echo three; printf "no newline"');
    await until('pods', 'talks', isEnded);
  });

  it('keeps every line, and adds no newline to the last one', async () => {
    expect(await steps().log('talks')).toBe('one\ntwo\nthree\nno newline');
  });

  it('serves the last lines', async () => {
    const { log } = steps();
    expect(await log('talks', 'tailLines=2')).toBe('three\nno newline');
    expect(await log('talks', 'tailLines=0')).toBe('');
    expect(await log('talks', 'tailLines=99')).toBe('one\ntwo\nthree\nno newline');
  });

  it('puts a time before each line when asked', async () => {
    const lines = (await steps().log('talks', 'timestamps=true')).trimEnd().split('\n');
    expect(lines.map((line) => line.replace(timestamped, ''))).toEqual(['one', 'two', 'three', 'no newline']);
    expect(lines.every((line) => timestamped.test(line))).toBe(true);
    expect(lines.toSorted()).toEqual(lines);
  });

  it('leaves out what is older than asked', async () => {
    const { log } = steps();
    const [, second = ''] = (await log('talks', 'timestamps=true')).split('\n');
    const [time = ''] = second.split(' ');
    expect(await log('talks', `sinceTime=${time}`)).toBe('two\nthree\nno newline');
    expect(await log('talks', 'sinceSeconds=3600&tailLines=1')).toBe('no newline');
  });

  it('joins options: the last lines of those since a time, with times, up to a number of bytes', async () => {
    const { log } = steps();
    const [, second = '', third = ''] = (await log('talks', 'timestamps=true')).split('\n');
    const [time = ''] = second.split(' ');
    expect(await log('talks', `sinceTime=${time}&timestamps=true&tailLines=2`)).toBe(
      `${third}\n${await log('talks', 'timestamps=true&tailLines=1')}`,
    );
    expect(await log('talks', `sinceTime=${time}&limitBytes=5`)).toBe('two\nt');
    expect(await log('talks', 'tailLines=1&limitBytes=2')).toBe('no');
    expect(await log('talks', 'sinceTime=2999-01-01T00:00:00Z')).toBe('');
    expect(await log('talks', 'follow=true&tailLines=2&container=main')).toBe('three\nno newline');
  });

  it('refuses options that cannot be meant', async () => {
    const { cluster, path } = steps();
    const refused = [
      ['tailLines=-1', 422, 'tailLines'],
      ['limitBytes=0', 422, 'limitBytes'],
      ['sinceSeconds=0', 422, 'sinceSeconds'],
      ['sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z', 422, '[]'],
      ['sinceTime=yesterday', 400, undefined],
      ['tailLines=x', 400, undefined],
    ] as const;
    for (const [query, code, field] of refused) {
      const { status, body } = await cluster.request('GET', `${path('pods', 'talks')}/log?${query}`);
      const [cause] = body.details?.causes ?? [];
      expect({ query, status, field: cause?.field }).toEqual({ query, status: code, field });
    }
  });

  it('keeps the log of every container of a pod that failed in its init container', async () => {
    const { create, until, log, cluster, path } = steps();
    const container = (name: string, script: string): object => {
      return { name, image: cluster.image, command: ['/bin/sh', '-c', script] };
    };
    const spec = {
      restartPolicy: 'Never',
      initContainers: [container('prepare', 'echo prepared'), container('check', 'echo checked; exit 4')],
      containers: [container('main', 'echo never')],
    };
    await create('pods', { metadata: { name: 'init-logs' }, spec });
    await until('pods', 'init-logs', isEnded);
    expect(await log('init-logs', 'container=prepare')).toBe('prepared\n');
    expect(await log('init-logs', 'container=check&follow=true')).toBe('checked\n');
    const main = await cluster.request('GET', `${path('pods', 'init-logs')}/log?container=main`);
    const message = 'container "main" in pod "init-logs" is waiting to start: PodInitializing';
    expect([main.status, main.body.message]).toEqual([400, message]);
  });

  it('ends a followed log, and answers 404, when its pod is deleted', async () => {
    const { shellPod, untilLogged, untilGone, cluster, path } = steps();
    await shellPod('taken', untilStopped(0));
    await untilLogged('taken', 'ready');
    const follow = cluster.lines(`${path('pods', 'taken')}/log?follow=true`);
    const lines: string[] = [];
    for await (const line of follow) {
      if (lines.push(line) === 1) await cluster.request('DELETE', path('pods', 'taken'));
    }
    expect(lines).toEqual(['ready']);
    await untilGone('pods', 'taken');
    expect((await cluster.request('GET', `${path('pods', 'taken')}/log`)).status).toBe(404);
  });

  it('stops at the number of bytes asked for', async () => {
    expect(await steps().log('talks', 'limitBytes=6')).toBe('one\ntw');
  });

  it('refuses a container that the pod does not have, and a time before that was none', async () => {
    const { cluster, path } = steps();
    const wrong = await cluster.request('GET', `${path('pods', 'talks')}/log?container=other`);
    expect([wrong.status, wrong.body.message]).toEqual([400, 'container other is not valid for pod talks']);
    const previous = await cluster.request('GET', `${path('pods', 'talks')}/log?previous=true`);
    expect([previous.status, previous.body.message]).toEqual([
      400,
      'previous terminated container "main" in pod "talks" not found',
    ]);
    const absent = await cluster.request('GET', `${path('pods', 'nobody')}/log`);
    expect([absent.status, absent.body.message]).toEqual([404, 'pods "nobody" not found']);
  });

  it('wants a container named where there are two', async () => {
    const { create, until, log, cluster, path } = steps();
    const container = (name: string): object => {
      return { name, image: cluster.image, command: ['/bin/sh', '-c', `echo ${name}`] };
    };
    const spec = { restartPolicy: 'Never', containers: [container('left'), container('right')] };
    await create('pods', { metadata: { name: 'two' }, spec });
    await until('pods', 'two', isEnded);
    const { status, body } = await cluster.request('GET', `${path('pods', 'two')}/log`);
    const message = 'a container name must be specified for pod two, choose one of: [left right]';
    expect([status, body.message]).toEqual([400, message]);
    expect(await log('two', 'container=right')).toBe('right\n');
  });

  it('follows a log while it grows, and ends with the container', async () => {
    const { shellPod, until, cluster, path } = steps();
    await shellPod('grows', 'for i in 1 2 3; do echo $i; sleep 0.5; done; echo error >&2');
    await until('pods', 'grows', ({ status }) => status?.phase === 'Running');
    const lines: string[] = [];
    for await (const line of cluster.lines(`${path('pods', 'grows')}/log?follow=true`)) lines.push(line);
    expect(lines).toEqual(['1', '2', '3', 'error']);
    expect((await until('pods', 'grows', isEnded)).status?.phase).toBe('Succeeded');
  });

  it('keeps a line of a million bytes in one piece', async () => {
    const { shellPod, until, log } = steps();
    await shellPod('long-line', "head -c 1000000 /dev/zero | tr '\\0' x; echo; echo end");
    await until('pods', 'long-line', isEnded);
    const text = await log('long-line');
    expect(text.length).toBe(1_000_005);
    expect(text.slice(-6)).toBe('x\nend\n');
    const stamped = (await log('long-line', 'timestamps=true')).trimEnd().split('\n');
    expect(stamped.map((line) => line.length)).toEqual([1_000_031, 34]);
  });
}
