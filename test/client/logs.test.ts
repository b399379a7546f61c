import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { GladosClient } from '../../src/client/client.js';
import { createClient } from '../../src/client/client.js';
import { startStreamServer } from './stream-server.js';

function line(id: number): Record<string, unknown> {
  const time = `2026-11-25T09:11:55.00${id}Z`;
  return {
    id: `line-${id}`,
    time,
    text: `text ${id}`,
    podId: 'p',
    container: 'runner',
    trialIndex: id,
    stream: 'STDOUT',
  };
}

async function readAll(
  lines: AsyncIterable<{ lines: readonly { text: string }[]; cursor: string }>,
  onChange: (cursor: string) => void = () => undefined,
): Promise<string[]> {
  const texts: string[] = [];
  for await (const change of lines) {
    texts.push(...change.lines.map(({ text }) => text));
    onChange(change.cursor);
  }
  return texts;
}

describe('the lines of a log', () => {
  let server: Awaited<ReturnType<typeof startStreamServer>>;
  let client: GladosClient;

  beforeEach(async () => {
    server = await startStreamServer();
    client = createClient({
      url: server.url,
      webSocket: WebSocket,
      backoff: { baseMilliseconds: 5, capMilliseconds: 20 },
    });
  });

  afterEach(async () => {
    await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it('come once each over a cut, though the server repeats some', async () => {
    const texts = readAll(client.logs({ experimentId: 'e', tail: 10 }), (cursor) => {
      if (cursor === 'three') server.cut();
    });
    const first = await server.subscriptionAt(0);
    expect(first.variables).toEqual({ experimentId: 'e', tail: 10, follow: true });
    first.push({ lines: [line(1), line(2)], cursor: 'two', gap: null, ended: false });
    first.push({ lines: [line(3)], cursor: 'three', gap: null, ended: false });
    const second = await server.subscriptionAt(1);
    expect(second.variables).toEqual({ experimentId: 'e', follow: true, after: 'three' });
    second.push({ lines: [line(2), line(3), line(4)], cursor: 'four', gap: null, ended: true });
    expect(await texts).toEqual(['text 1', 'text 2', 'text 3', 'text 4']);
    await second.left;
  });

  it('let go of the socket when the last line and the end come at once', async () => {
    const texts = readAll(client.logs({ experimentId: 'e', follow: false }));
    const only = await server.subscriptionAt(0);
    only.push({ lines: [line(1)], cursor: 'one', gap: null, ended: true });
    only.end();
    expect(await texts).toEqual(['text 1']);
    await server.allSocketsClosed();
  });

  it('end when the server has told all there is and was not asked to follow', async () => {
    const texts = readAll(client.logs({ experimentId: 'e', follow: false }));
    const only = await server.subscriptionAt(0);
    only.push({ lines: [line(1)], cursor: 'one', gap: null, ended: false });
    only.end();
    expect(await texts).toEqual(['text 1']);
    expect(server.opened).toHaveLength(1);
  });
});
