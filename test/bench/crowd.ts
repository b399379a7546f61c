import { messageOf, startOn } from './support/processes.js';
import type { Seen } from './support/crowd-client.js';
import type { Paced } from './support/crowd-server.js';
import { report } from './support/table.js';

/** 200 subscribers of an experiment of 10,000 trials, of which 500 a second change; database, server and clients on two cores. */
const subscribers = 200;
const changesPerSecond = 500;
const secondsPerRound = 3;
const rounds = 5;

const paced: Paced[] = [];
const seen: Seen[] = [];
const server = startOn(0, 'crowd-server', []);
const { port, rssMb: rssBefore } = await messageOf<{ port: number; rssMb: number }>(server);
const client = startOn(1, 'crowd-client', [`ws://127.0.0.1:${port}/graphql`, String(subscribers)]);
try {
  await messageOf(client);
  let ended = 5_000;
  for (let round = 0; round < rounds; round += 1) {
    server.send({ changesPerSecond, seconds: secondsPerRound });
    const done = await messageOf<Paced>(server);
    ended += done.changes / 2;
    // What was written last is under way for less than this, or the bar is missed anyway.
    await new Promise((resolve) => void setTimeout(resolve, 1_000));
    client.send({ ended });
    paced.push(done);
    seen.push(await messageOf<Seen>(client));
  }
} finally {
  client.kill();
  server.kill();
}
const quantile = (q: number): number[] =>
  seen.map(({ delaysMs }) => delaysMs[Math.floor(delaysMs.length * q)] ?? Number.POSITIVE_INFINITY);
report(
  `crowd: ${subscribers} subscribers, 10,000 trials, ${changesPerSecond} changes a second, ${rounds} rounds of ${secondsPerRound} s`,
  [
    { what: 'change to client, p95', values: quantile(0.95), atMost: 500, unit: 'ms' },
    { what: 'change to client, p50', values: quantile(0.5), unit: 'ms' },
    { what: 'change to client, p99', values: quantile(0.99), unit: 'ms' },
    { what: 'changes a second, written', values: paced.map(({ changes, seconds }) => changes / seconds), unit: '' },
    { what: 'trials that a subscriber lacks', values: seen.map(({ missing }) => missing), atMost: 0, unit: '' },
    { what: 'messages to one subscriber', values: seen.map(({ messages }) => messages / subscribers), unit: '' },
    { what: 'RSS of database and server', values: paced.map(({ rssMb }) => rssMb), unit: 'MB' },
    { what: 'RSS before', values: [rssBefore], unit: 'MB' },
    { what: 'sockets closed as slow', values: paced.map(({ slowReaders }) => slowReaders), atMost: 0, unit: '' },
    { what: 'subscribers lost', values: paced.map((one) => subscribers - one.subscribers), atMost: 0, unit: '' },
  ],
);
