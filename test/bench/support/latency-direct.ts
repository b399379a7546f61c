import { get } from 'node:http';
import type { Latencies } from './fan-client.js';

/** Reads the same watch with nothing in between: what a subscriber waits beyond this is what a server added. */
const marker = '"ts:';
let samples: number[] = [];
let rest = '';

get(
  { port: Number(process.argv[2]), host: '127.0.0.1', path: '/api/v1/namespaces/bench/pods?watch=true' },
  (response) => {
    response.setEncoding('latin1');
    response.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const at = line.indexOf(marker);
        samples.push(Number(process.hrtime.bigint() - BigInt(line.slice(at + 4, at + 24))) / 1e6);
      }
    });
    process.send?.({ connected: true });
  },
);

process.on('message', ({ ask }: { ask: 'sample' | 'report' }) => {
  if (ask === 'sample') samples = [];
  process.send?.({ got: samples.length, samples } satisfies Latencies);
});
process.on('disconnect', () => process.exit(0));
