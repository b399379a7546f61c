import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { documents, variablesOf } from './fan-things.js';
import type { Subject } from './fan-things.js';

/** Many subscribers in one process, reading frames themselves so that the client is not what is measured. */
const [, , portText, countText, subject, stalledText = '0', everyText = '10'] = process.argv as unknown as string[] & {
  4: Subject;
};
const count = Number(countText);

export interface Latencies {
  readonly got: number;
  /** Milliseconds from publication, of every tenth subscriber, or as the fifth argument says. */
  readonly samples: readonly number[];
}

const marker = Buffer.from('"ts:');
let got = 0;
let target = Number.POSITIVE_INFINITY;
let samples: number[] | undefined;

/** A masked client frame with a key of zeros: the payload stays as it is. */
function frame(text: string, opcode = 0x81): Buffer {
  const payload = Buffer.from(text);
  const length = payload.length < 126 ? [0x80 | payload.length] : [0xfe, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from([opcode, ...length, 0, 0, 0, 0]), payload]);
}

function take(message: Buffer, isSampled: boolean): void {
  for (let at = message.indexOf(marker); at >= 0; at = message.indexOf(marker, at + 24)) {
    got += 1;
    if (got === target) process.send?.({ reached: target });
    if (!samples || !isSampled) continue;
    const made = BigInt(message.toString('latin1', at + 4, at + 24));
    samples.push(Number(process.hrtime.bigint() - made) / 1e6);
  }
}

/** Calls `onFrame` for each whole frame and gives back what is left. */
function cut(bytes: Buffer, onFrame: (opcode: number, payload: Buffer) => void): Buffer {
  let at = 0;
  while (bytes.length - at >= 2) {
    const short = (bytes[at + 1] ?? 0) & 127;
    const head = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (bytes.length - at < head) break;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUIntBE(at + 4, 6);
    if (bytes.length - at < head + length) break;
    onFrame((bytes[at] ?? 0) & 15, bytes.subarray(at + head, at + head + length));
    at += head + length;
  }
  return bytes.subarray(at);
}

function subscribe(index: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(portText), '127.0.0.1');
    socket.setNoDelay(true);
    socket.once('error', reject);
    const key = randomBytes(16).toString('base64');
    socket.write(
      `GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`,
    );
    let isUpgraded = false;
    let isReady = false;
    let rest = Buffer.alloc(0);
    const payload = { query: documents[subject], variables: variablesOf(subject, index) };
    const operation = JSON.stringify({ id: randomUUID(), type: 'subscribe', payload });
    function hear(opcode: number, message: Buffer): void {
      if (opcode === 9) socket.write(frame('', 0x8a));
      else if (opcode === 8) process.stderr.write(`closed: ${message.subarray(2).toString()}\n`);
      else if (isReady) take(message, index % Number(everyText) === 0);
      else {
        isReady = true;
        socket.write(frame(operation));
        resolve(socket);
      }
    }
    socket.on('data', (data) => {
      let bytes = rest.length > 0 ? Buffer.concat([rest, data]) : data;
      if (!isUpgraded) {
        const end = bytes.indexOf('\r\n\r\n');
        if (end < 0) {
          rest = bytes;
          return;
        }
        if (bytes.toString('latin1', 9, 12) !== '101') return reject(new Error(bytes.toString()));
        isUpgraded = true;
        socket.write(frame('{"type":"connection_init"}'));
        bytes = bytes.subarray(end + 4);
      }
      rest = Buffer.from(cut(bytes, hear));
    });
  });
}

process.on('message', (asked: { ask: 'expect'; target: number } | { ask: 'sample' } | { ask: 'report' }) => {
  if (asked.ask === 'report') process.send?.({ got, samples: samples ?? [] } satisfies Latencies);
  else {
    got = 0;
    target = asked.ask === 'expect' ? asked.target : Number.POSITIVE_INFINITY;
    samples = asked.ask === 'sample' ? [] : undefined;
    process.send?.({ ok: true });
  }
});

const sockets: Socket[] = [];
for (let from = 0; from < count; from += 100) {
  const batch = Array.from({ length: Math.min(100, count - from) }, (_, offset) => subscribe(from + offset));
  sockets.push(...(await Promise.all(batch)));
}
// These have subscribed and read nothing any more.
for (const socket of sockets.slice(0, Number(stalledText))) socket.pause();
process.send?.({ connected: true });
