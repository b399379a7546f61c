import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeLogCursor } from '../../../src/api/logs/log-cursor.js';
import type { LogMessage } from '../../../src/api/logs/log-message.js';
import { LogQueue } from '../../../src/api/logs/log-queue.js';
import { eventually } from '../../cluster/eventually.js';

function queueOf(onRipe: () => void = () => undefined): LogQueue {
  return new LogQueue({ places: new Map(), scope: 's', windowMs: 5, onRipe });
}

const timeOf = (n: number): string => `2026-11-25T10:00:00.${String(n).padStart(9, '0')}Z`;

function push(queue: LogQueue, source: string, at: { time: number; ordinal: number }, text?: string): void {
  const time = timeOf(at.time);
  const line = {
    id: `${source}/${text}`,
    time,
    text: text ?? '',
    podId: source,
    container: 'c',
    stream: 'RUNNER',
  } as const;
  queue.push({ source, time, place: { time, ordinal: at.ordinal }, ...(text !== undefined && { line }) });
}

function drain(queue: LogQueue): LogMessage[] {
  const messages: LogMessage[] = [];
  for (let message = queue.take(); message; message = queue.take()) {
    messages.push(message);
    if (message.ended) break;
  }
  return messages;
}

describe('unread lines', () => {
  it('have cursors that count exactly what was taken of each log, also when times go back and lines are passed over', () => {
    const step = fc.record({ pod: fc.constantFrom('a', 'b', 'c'), time: fc.nat(20), wanted: fc.boolean() });
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 9, arbitrary: step }, fc.constant('look' as const))), (steps) => {
        const queue = queueOf();
        const written = new Map<string, { wanted: boolean; place: string }[]>();
        const messages: LogMessage[] = [];
        for (const [ordinal, one] of steps.entries()) {
          if (one === 'look') {
            // A gap makes what waits ripe.
            queue.gap({ reason: 'look' });
            messages.push(...drain(queue));
            continue;
          }
          const log = written.get(one.pod) ?? [];
          written.set(one.pod, log);
          log.push({ wanted: one.wanted, place: `${timeOf(one.time)} ${ordinal}` });
          push(queue, one.pod, { time: one.time, ordinal }, one.wanted ? `${timeOf(one.time)} ${ordinal}` : undefined);
        }
        queue.end();
        messages.push(...drain(queue));
        const taken = new Map([...written.keys()].map((pod) => [pod, [] as string[]]));
        for (const { lines, cursor } of messages) {
          for (const { podId, text } of lines) taken.get(podId)?.push(text);
          const places = decodeLogCursor(cursor, 's');
          for (const [pod, log] of written) {
            const place = places?.get(pod);
            const reached = typeof place === 'object' ? `${place.time} ${place.ordinal}` : '';
            const before = log.slice(0, log.findIndex((line) => line.place === reached) + 1);
            expect(taken.get(pod)).toEqual(before.filter(({ wanted }) => wanted).map((line) => line.place));
          }
        }
        for (const [pod, log] of written) expect(taken.get(pod)).toHaveLength(log.filter((line) => line.wanted).length);
      }),
    );
  });

  it('let their writers go on when some were taken, or when nobody will take any', async () => {
    const queue = queueOf();
    for (let n = 0; n < 5000; n += 1) push(queue, 'a', { time: n, ordinal: 0 }, 'x');
    expect(queue.isFull).toBe(true);
    const room = queue.room();
    expect(queue.take()?.lines).toHaveLength(500);
    await room;
    for (let n = 0; n < 9; n += 1) push(queue, 'a', { time: 9000 + n, ordinal: 0 }, 'y'.repeat(1 << 20));
    expect(queue.isFull).toBe(true);
    const last = queue.room();
    queue.end();
    await last;
  });

  it('wait for others a short while, then are told', async () => {
    let ripe = 0;
    const queue = queueOf(() => (ripe += 1));
    push(queue, 'a', { time: 2, ordinal: 0 }, 'second');
    push(queue, 'b', { time: 1, ordinal: 0 }, 'first');
    expect(queue.take()).toBeUndefined();
    await eventually(() => ripe === 1);
    expect(queue.take()?.lines.map(({ text }) => text)).toEqual(['first', 'second']);
    expect(queue.take()).toBeUndefined();
    queue.end();
    expect(queue.take()).toMatchObject({ lines: [], ended: true });
  });
});
