import { decode, type Doc } from '../bson/document.js';
import { BrokenFrame } from './frames.js';

const opReply = 1;
const opQuery = 2004;
const opMsg = 2013;
const checksumPresent = 1;
const moreToCome = 2;

/** A command as it came. */
export interface Message {
  readonly requestId: number;
  /** It came as OP_QUERY, as the first one of a connection may, and is to be answered by OP_REPLY. */
  readonly legacy: boolean;
  /** The sender does not wait for an answer. */
  readonly silent: boolean;
  readonly body: Doc;
  /** Documents of sections of kind 1, as bytes, by the name of the field they stand for. */
  readonly sequences: ReadonlyMap<string, readonly Buffer[]>;
}

function textEnd(frame: Buffer, at: number): number {
  const end = frame.indexOf(0, at);
  if (end < 0) throw new BrokenFrame('a name without an end');
  return end;
}

function document(frame: Buffer, at: number, end: number): Buffer {
  if (at + 5 > end) throw new BrokenFrame('a document beyond the end of its message');
  const length = frame.readInt32LE(at);
  if (length < 5 || at + length > end) throw new BrokenFrame('a document beyond the end of its message');
  return frame.subarray(at, at + length);
}

function decoded(bytes: Buffer): Doc {
  try {
    return decode(bytes);
  } catch (error) {
    throw new BrokenFrame((error as Error).message);
  }
}

function sequence(frame: Buffer, from: number, end: number): { name: string; docs: Buffer[] } {
  const nameEnd = textEnd(frame, from + 4);
  const docs: Buffer[] = [];
  for (let at = nameEnd + 1; at < end; at += (docs.at(-1) as Buffer).length) docs.push(document(frame, at, end));
  return { name: frame.toString('utf8', from + 4, nameEnd), docs };
}

function parseMsg(frame: Buffer, requestId: number): Message {
  if (frame.length < 26) throw new BrokenFrame('a message without a body');
  const flags = frame.readUInt32LE(16);
  if ((flags & 0xffff & ~(checksumPresent | moreToCome)) !== 0) throw new BrokenFrame(`unknown flags ${flags}`);
  const end = frame.length - (flags & checksumPresent ? 4 : 0);
  let body: Doc | undefined;
  const sequences = new Map<string, Buffer[]>();
  for (let at = 20; at < end;) {
    const kind = frame[at++];
    if (kind === 0) {
      if (body) throw new BrokenFrame('two bodies in one message');
      const bytes = document(frame, at, end);
      body = decoded(bytes);
      at += bytes.length;
    } else if (kind === 1 && at + 6 <= end) {
      const length = frame.readInt32LE(at);
      if (length < 6 || at + length > end) throw new BrokenFrame('a section beyond the end of its message');
      const { name, docs } = sequence(frame, at, at + length);
      sequences.set(name, docs);
      at += length;
    } else {
      throw new BrokenFrame(`a section of kind ${kind}`);
    }
  }
  if (!body) throw new BrokenFrame('a message without a body');
  return { requestId, legacy: false, silent: (flags & moreToCome) !== 0, body, sequences };
}

function parseQuery(frame: Buffer, requestId: number): Message {
  const nameEnd = textEnd(frame, 20);
  const namespace = frame.toString('utf8', 20, nameEnd);
  if (!namespace.endsWith('.$cmd')) throw new BrokenFrame('OP_QUERY for anything but a command');
  const body = decoded(document(frame, nameEnd + 9, frame.length));
  return {
    requestId,
    legacy: true,
    silent: false,
    body: { ...body, $db: namespace.slice(0, -5) },
    sequences: new Map(),
  };
}

/** @throws BrokenFrame for a frame that is no OP_MSG and no OP_QUERY of a handshake. */
export function parseMessage(frame: Buffer): Message {
  const requestId = frame.readInt32LE(4);
  const code = frame.readInt32LE(12);
  if (code === opMsg) return parseMsg(frame, requestId);
  if (code === opQuery) return parseQuery(frame, requestId);
  throw new BrokenFrame(`an operation of code ${code}`);
}

let lastReply = 0;

/** The pieces of an answer, header first. */
export function frameReply(
  { requestId, legacy }: Pick<Message, 'requestId' | 'legacy'>,
  body: readonly Uint8Array[],
): Uint8Array[] {
  const head = Buffer.alloc(legacy ? 36 : 21);
  const length = body.reduce((sum, piece) => sum + piece.length, head.length);
  lastReply = (lastReply + 1) & 0x7fffffff;
  head.writeInt32LE(length, 0);
  head.writeInt32LE(lastReply, 4);
  head.writeInt32LE(requestId, 8);
  head.writeInt32LE(legacy ? opReply : opMsg, 12);
  if (legacy) {
    head.writeInt32LE(8, 16);
    head.writeInt32LE(1, 32);
  }
  return [head, ...body];
}
