import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { WebSocket } from 'ws';
import type { GladosClient } from '../../src/client/client.js';
import { createClient } from '../../src/client/client.js';
import { RequestError } from '../../src/client/request.js';
import { podChange, startStreamServer } from './stream-server.js';

const backoff = { baseMilliseconds: 5, capMilliseconds: 20 };

describe('a stream of the client', () => {
  let server: Awaited<ReturnType<typeof startStreamServer>>;
  let client: GladosClient;

  beforeEach(async () => {
    server = await startStreamServer({
      refuse: ({ id }) =>
        id === 'refused'
          ? new GraphQLError('There is no such experiment.', { extensions: { code: 'NOT_FOUND' } })
          : undefined,
    });
    client = createClient({ url: server.url, webSocket: WebSocket, backoff });
  });

  afterEach(async () => {
    await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it('goes on behind the last change after the connection was cut', async () => {
    const reasons: string[] = [];
    const pods = client.podsChanged({ experimentId: 'e', onInterrupted: (reason) => reasons.push(reason) });
    const first = await server.subscriptionAt(0);
    expect(first.variables).toEqual({ experimentId: 'e' });
    first.push(podChange('one', { reset: true }));
    first.push(podChange('two'));
    expect((await pods.next()).value?.cursor).toBe('one');
    expect((await pods.next()).value?.cursor).toBe('two');

    server.cut();
    const second = await server.subscriptionAt(1);
    expect(second.variables).toEqual({ experimentId: 'e', after: 'two' });
    second.push(podChange('three'));
    expect((await pods.next()).value?.cursor).toBe('three');

    server.cut();
    expect((await server.subscriptionAt(2)).variables).toEqual({ experimentId: 'e', after: 'three' });
    expect(reasons).toHaveLength(2);
  });

  it('goes on behind the last change when the server closes the connection normally', async () => {
    const pods = client.podsChanged({ experimentId: 'e' });
    (await server.subscriptionAt(0)).push(podChange('one'));
    await pods.next();
    for (const socket of server.sockets) socket.close(1000, 'Normal Closure');
    expect((await server.subscriptionAt(1)).variables).toEqual({ experimentId: 'e', after: 'one' });
  });

  it('goes on when the server ends a set, which never ends by itself', async () => {
    const pods = client.podsChanged({ experimentId: 'e' });
    const first = await server.subscriptionAt(0);
    first.push(podChange('one'));
    await pods.next();
    first.end();
    expect((await server.subscriptionAt(1)).variables).toEqual({ experimentId: 'e', after: 'one' });
  });

  it('hands over changes that had arrived before the connection was cut', async () => {
    const pods = client.podsChanged({});
    const first = await server.subscriptionAt(0);
    first.push(podChange('one'));
    first.push(podChange('two'));
    expect((await pods.next()).value?.cursor).toBe('one');
    server.cut();
    const second = await server.subscriptionAt(1);
    second.push(podChange('three'));
    const cursors = [(await pods.next()).value?.cursor, (await pods.next()).value?.cursor];
    expect(cursors).toEqual(['two', 'three']);
    expect(second.variables).toEqual({ after: 'two' });
  });

  it('keeps two streams of one socket apart over a cut', async () => {
    const one = client.podsChanged({ experimentId: 'one' });
    const two = client.podsChanged({ experimentId: 'two' });
    (await server.subscriptionAt(0)).push(podChange('cursor of one'));
    (await server.subscriptionAt(1)).push(podChange('cursor of two'));
    await Promise.all([one.next(), two.next()]);
    expect(server.sockets.size).toBe(1);
    server.cut();
    const again = [await server.subscriptionAt(2), await server.subscriptionAt(3)].map(({ variables }) => variables);
    expect(again).toContainEqual({ experimentId: 'one', after: 'cursor of one' });
    expect(again).toContainEqual({ experimentId: 'two', after: 'cursor of two' });
  });

  it('leaves the subscription and the socket when its reader breaks out of the loop', async () => {
    const opened = server.subscriptionAt(0);
    void opened.then((subscription) => subscription.push(podChange('one')));
    for await (const change of client.podsChanged({})) {
      expect(change.cursor).toBe('one');
      break;
    }
    await (
      await opened
    ).left;
    await server.allSocketsClosed();
    expect(server.opened).toHaveLength(1);
  });

  it('leaves the socket when its reader breaks out after the connection was cut twice', async () => {
    const pods = client.podsChanged({});
    await server.subscriptionAt(0);
    server.cut();
    await server.subscriptionAt(1);
    server.cut();
    (await server.subscriptionAt(2)).push(podChange('one'));
    await pods.next();
    await pods.return?.();
    await server.allSocketsClosed();
  });

  it('ends a reader that waits when its signal is aborted', async () => {
    const stop = new AbortController();
    const pods = client.podsChanged({ signal: stop.signal });
    const opened = await server.subscriptionAt(0);
    const next = pods.next();
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    await opened.left;
  });

  it('ends every stream when the client is disposed', async () => {
    const pods = client.podsChanged({});
    const opened = await server.subscriptionAt(0);
    const next = pods.next();
    await client[Symbol.asyncDispose]();
    expect(await next).toEqual({ done: true, value: undefined });
    await opened.left;
    expect(await client.podsChanged({}).next()).toEqual({ done: true, value: undefined });
  });

  it('throws what the server answers for the operation, and does not ask again', async () => {
    const refused = client.experimentTree({ id: 'refused' });
    const failure: unknown = await refused.next().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RequestError);
    expect((failure as RequestError).errors[0]).toMatchObject({
      message: 'There is no such experiment.',
      extensions: { code: 'NOT_FOUND' },
    });
    expect(await refused.next()).toEqual({ done: true, value: undefined });
    expect(server.opened).toHaveLength(0);
  });

  it('throws when the server closes the connection as not authenticated', async () => {
    const pods = client.podsChanged({});
    await server.subscriptionAt(0);
    for (const socket of server.sockets) socket.close(4401, 'Unauthorized');
    await expect(pods.next()).rejects.toMatchObject({
      status: 4401,
      errors: [{ message: 'Unauthorized', extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });
});
