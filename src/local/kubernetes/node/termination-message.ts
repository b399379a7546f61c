import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { recordHeaderBytes } from './log-file.js';
import type { Container } from './pod.js';

const longestMessageBytes = 4096;
const longestLogTailBytes = 2048;
const longestLogTailLines = 80;

/** What a container left as its last words: the end of its termination log, or of its output if it asked for that. */
export function terminationMessage(file: string, log: string, container: Container, exitCode: number): string {
  const message = endOf(file, longestMessageBytes).toString('utf8');
  if (message || exitCode === 0 || container.terminationMessagePolicy !== 'FallbackToLogsOnError') return message;
  const records = endOf(log, 4 * longestLogTailBytes)
    .toString('latin1')
    .split('\n');
  const lines = records.slice(-longestLogTailLines - 1).map((record) => record.slice(recordHeaderBytes));
  return Buffer.from(lines.join('\n'), 'latin1').subarray(-longestLogTailBytes).toString('utf8');
}

function endOf(path: string, bytes: number): Buffer {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    // The container removed it.
    return Buffer.alloc(0);
  }
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, bytes));
    readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return buffer;
  } finally {
    closeSync(file);
  }
}
