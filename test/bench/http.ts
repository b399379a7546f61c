import { measure, messageOf, startOn } from './support/processes.js';
import { ratios, report } from './support/table.js';

/** A query of 50 experiments over HTTP: CPU of the server for each, ours beside stock Apollo. */
const requests = 3_000;
const found = { ours: [] as Cost[], apollo: [] as Cost[] };

interface Cost {
  readonly user: number;
  readonly system: number;
  readonly perSecond: number;
  readonly wrong: number;
}

async function cost(name: 'ours' | 'apollo'): Promise<Cost> {
  const server = startOn(0, 'http-server', [name]);
  try {
    const { port } = await messageOf<{ port: number }>(server);
    const usage = () => {
      const answer = messageOf<{ user: number; system: number }>(server);
      server.send('usage');
      return answer;
    };
    const run = () => measure<{ seconds: number; wrong: number }>('http-client', [String(port), String(requests)]);
    await run();
    const before = await usage();
    const { seconds, wrong } = await run();
    const after = await usage();
    return {
      user: (after.user - before.user) / requests,
      system: (after.system - before.system) / requests,
      perSecond: requests / seconds,
      wrong,
    };
  } finally {
    server.kill('SIGKILL');
  }
}

for (let round = 0; round < 5; round += 1) {
  for (const name of ['ours', 'apollo'] as const) found[name].push(await cost(name));
}
const { ours, apollo } = found;
const cpu = (all: readonly Cost[]) => all.map(({ user, system }) => user + system);
report('http: a query of 50 experiments', [
  { what: 'CPU per request, ours / stock Apollo', values: ratios(cpu(ours), cpu(apollo)), atMost: 0.4, unit: 'x' },
  { what: 'wrong answers, ours', values: ours.map(({ wrong }) => wrong), atMost: 0, unit: '' },
  { what: 'ours: user', values: ours.map(({ user }) => user), unit: 'us' },
  { what: 'ours: system', values: ours.map(({ system }) => system), unit: 'us' },
  { what: 'ours: requests', values: ours.map(({ perSecond }) => perSecond), unit: '/s' },
  { what: 'Apollo: user', values: apollo.map(({ user }) => user), unit: 'us' },
  { what: 'Apollo: system', values: apollo.map(({ system }) => system), unit: 'us' },
  { what: 'Apollo: requests', values: apollo.map(({ perSecond }) => perSecond), unit: '/s' },
]);
