import { openSpaceLab } from '../support/space-lab.js';
import { report, type Finding } from './support/table.js';

/** Spaces of 10^9 points over HTTP, of a server that has answered for small ones before: what a person waits for. And what a space of 10^3 and of 10^15 takes of memory. */
const rounds = 15;
const bar = 50;

const range = (name: string, max: number) => ({ integer: { name, min: 1, max } });
const rates = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({
  float: { name, min: 1e-5, max: 1, scale: 'LOG' },
}));
const defaulted = Array.from({ length: 10 }, (_, at) => ({
  integer: { name: `p${at}`, min: 1, max: 100_000_001, default: 5 },
}));
const spaces = {
  GRID: { parameters: [range('x', 1000), range('y', 1000), range('z', 1000)], sampling: { kind: 'GRID' } },
  GLADOS: { parameters: defaulted, sampling: { kind: 'GLADOS' } },
  RANDOM: { parameters: rates, sampling: { kind: 'RANDOM', samples: 1_000_000_000, seed: 1 } },
  SOBOL: { parameters: rates, sampling: { kind: 'SOBOL', samples: 1_000_000_000, seed: 1 } },
};

const trial = 'index assignment { name value number } config';
const preview = (what: string, more = '') =>
  `query ($input: SubmitExperimentInput!${more}) { previewExperiment(input: $input) { ${what} } }`;
const page = `query ($id: ID!, $after: Cursor) { experiment(id: $id) { trials(first: 100, after: $after) { nodes { ${trial} } } } }`;
const one = `query ($id: ID!, $index: SafeInt!) { experiment(id: $id) { trial(index: $index) { ${trial} } } }`;
const submit =
  'mutation ($input: SubmitExperimentInput!) { submitExperiment(input: $input) { experiment { id } userErrors { message } } }';

await using lab = await openSpaceLab();

/** Of the server, its database and this client together: they are one process here. */
async function cost(work: () => Promise<unknown>): Promise<{ readonly wall: number; readonly cpu: number }> {
  const [started, used] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return { wall: performance.now() - started, cpu: (user + system) / 1000 };
}

/** What people look at, of one experiment. @throws Error when it is refused */
async function looksAt(name: string, space: object, count: number): Promise<Record<string, () => Promise<unknown>>> {
  const input = { name, program: { fileId: lab.fileId }, resultFile: 'r.csv', ...space };
  const answer = await lab.ask<{ submitExperiment: { experiment: { id: string } | null; userErrors: unknown } }>(
    submit,
    { input },
  );
  const { experiment, userErrors } = answer.submitExperiment;
  if (!experiment) throw new Error(JSON.stringify(userErrors));
  const { id } = experiment;
  const after = Buffer.from(String(Math.floor(count * 0.618))).toString('base64url');
  return {
    count: () => lab.ask(preview('trialCount'), { input }),
    preview: () =>
      lab.ask(preview(`trialCount warnings { code } jobManifest trials(first: 50) { ${trial} }`), { input }),
    'page of 100 trials': () => lab.ask(page, { id, after }),
    'trial by index': () => lab.ask(one, { id, index: count - 1 }),
  };
}

const small = await looksAt('small', { parameters: [range('x', 1000)], sampling: { kind: 'GRID' } }, 1000);
for (let time = 0; time < 30; time += 1) for (const look of Object.values(small)) await look();

const findings: Finding[] = [];
for (const [name, space] of Object.entries(spaces)) {
  for (const [what, look] of Object.entries(await looksAt(name, space, 1_000_000_000))) {
    const costs: Awaited<ReturnType<typeof cost>>[] = [];
    for (let round = 0; round < rounds; round += 1) costs.push(await cost(look));
    findings.push({ what: `${name}: ${what}`, values: costs.map(({ wall }) => wall), atMost: bar, unit: 'ms' });
    findings.push({ what: `${name}: ${what}, CPU`, values: costs.map(({ cpu }) => cpu), unit: 'ms' });
  }
}
report('space: 10^9 points', findings);

/** Kilobytes that stay while a page in the middle of a grid of `side`^3 points is previewed a hundred times. */
async function memory(side: number): Promise<number> {
  const parameters = [range('x', side), range('y', side), range('z', side)];
  const input = {
    name: 'm',
    program: { fileId: lab.fileId },
    resultFile: 'r.csv',
    parameters,
    sampling: { kind: 'GRID' },
  };
  const at = [0, Math.floor(side ** 3 / 2), side ** 3 - 1];
  const look = () => lab.ask(preview(`trialCount trials(at: $at) { ${trial} }`, ', $at: [SafeInt!]'), { input, at });
  for (let time = 0; time < 20; time += 1) await look();
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let time = 0; time < 100; time += 1) await look();
  globalThis.gc?.();
  return (process.memoryUsage().heapUsed - before) / 1024;
}

const sides = [10, 1000, 100_000];
const grown = new Map<number, number[]>(sides.map((side) => [side, []]));
for (let round = 0; round < rounds; round += 1) for (const side of sides) grown.get(side)?.push(await memory(side));
report(
  'space: memory that 100 previews leave',
  [...grown].map(([side, values]) => ({ what: `${side ** 3} points`, values, atMost: 512, unit: 'KB' })),
);
