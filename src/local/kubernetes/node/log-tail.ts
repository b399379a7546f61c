import type { FileHandle } from 'node:fs/promises';
import { recordTagOffset } from './log-file.js';

const blockBytes = 64 * 1024;
const newline = 0x0a;
const partTag = 0x50;

/**
 * Where the last `lines` lines of a log file begin; a line in parts is one
 * line. Reads backwards, so the cost is that of the tail, not of the log.
 */
export async function startOfTail(file: FileHandle, lines: number): Promise<number> {
  const { size } = await file.stat();
  if (lines <= 0) return size;
  let ended = 0;
  /** Start of the record after the one being looked at; what the answer is when that one belongs no more. */
  let following = size;
  let head = Buffer.alloc(0);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - blockBytes);
    const block = Buffer.alloc(end - start);
    await file.read(block, 0, block.length, start);
    const text = Buffer.concat([block, head]);
    for (let at = block.length - 1; at >= -1; at -= 1) {
      const beginsRecord = at >= 0 ? block[at] === newline : start === 0;
      const recordStart = start + at + 1;
      if (!beginsRecord || recordStart >= following) continue;
      if (text[at + 1 + recordTagOffset] !== partTag || ended === 0) ended += 1;
      if (ended > lines) return following;
      following = recordStart;
    }
    head = Buffer.from(block.subarray(0, recordTagOffset + 1));
    end = start;
  }
  return 0;
}
