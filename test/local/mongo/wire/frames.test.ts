import { describe, expect, it } from '@jest/globals';
import { BSON } from 'mongodb';
import { BrokenFrame, FrameReader } from '../../../../src/local/mongo/wire/frames.js';
import { parseMessage } from '../../../../src/local/mongo/wire/message.js';

/** An OP_MSG with a body and one sequence of documents. */
function message(requestId: number, docs: readonly object[]): Buffer {
  const body = BSON.serialize({ insert: 'c', $db: 'd' });
  const items = Buffer.concat(docs.map((doc) => BSON.serialize(doc)));
  const name = Buffer.from('documents\0');
  const section = Buffer.alloc(5);
  section[0] = 1;
  section.writeInt32LE(4 + name.length + items.length, 1);
  const head = Buffer.alloc(21);
  head.writeInt32LE(requestId, 4);
  head.writeInt32LE(2013, 12);
  const frame = Buffer.concat([head, body, section, name, items]);
  frame.writeInt32LE(frame.length, 0);
  return frame;
}

describe('messages on a stream', () => {
  const stream = Buffer.concat([message(1, [{ a: 1 }]), message(2, []), message(3, [{ b: 'x' }, { c: 2 }])]);

  it('are the same wherever the stream is cut in two', () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      const reader = new FrameReader();
      const frames = [stream.subarray(0, cut), stream.subarray(cut)].flatMap((piece) => [...reader.push(piece)]);
      expect(frames.map((frame) => parseMessage(frame).requestId)).toEqual([1, 2, 3]);
    }
  });

  it('are the same when every byte comes alone', () => {
    const reader = new FrameReader();
    const frames = Array.from(stream, (byte) => [...reader.push(Buffer.from([byte]))]).flat();
    expect(frames.map((frame) => parseMessage(frame).sequences.get('documents')?.length)).toEqual([1, 0, 2]);
  });

  it('carry the documents beside the body as the bytes they are', () => {
    const { sequences, body } = parseMessage(message(1, [{ a: 'x' }]));
    expect(sequences.get('documents')?.map((bytes) => BSON.deserialize(bytes))).toEqual([{ a: 'x' }]);
    expect(body['insert']).toBe('c');
  });

  it('are refused when they are longer than any message or shorter than their header', () => {
    for (const length of [48_000_001, 15, -1]) {
      const head = Buffer.alloc(16);
      head.writeInt32LE(length);
      expect(() => [...new FrameReader().push(head)]).toThrow(BrokenFrame);
    }
  });

  it('are refused when any length in them is a lie', () => {
    const good = message(1, [{ a: 1 }]);
    for (let at = 16; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] as number) ^ 0xff;
      let outcome: unknown = 'parsed';
      try {
        parseMessage(bad);
      } catch (error) {
        outcome = error;
      }
      expect(outcome === 'parsed' || outcome instanceof BrokenFrame).toBe(true);
    }
  });
});
