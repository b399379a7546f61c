// Experiments through the command line, from outside of the cluster, as a person would run them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demand, until } from './checks.mjs';
import { root } from './tools.mjs';

export const trials = 50;
const experiment = `name: rehearsal
program: square.mjs
parameters:
  - integer: { name: n, min: 1, max: ${trials}, default: 1 }
workers: 3
trialTimeoutSeconds: 60
resultFile: results.csv
`;
const program = `import { readFileSync, writeFileSync } from 'node:fs';
const n = Number(/^n\\s*=\\s*(\\d+)/m.exec(readFileSync(process.argv[2], 'utf8'))[1]);
await new Promise((resolve) => setTimeout(resolve, 3000));
writeFileSync('results.csv', \`Square\\n\${n * n}\\n\`);
`;

/** The command line against a server. `output` grows while it runs; `ended` is its exit code. */
export function commandLine({ url, token }, ...args) {
  const child = spawn(process.execPath, [join(root, 'dist/src/glados.js'), ...args], {
    env: { ...process.env, GLADOS_SERVER: `${url}/graphql`, GLADOS_TOKEN: token, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const call = { stdout: '', output: '', ended: once(child, 'close').then(([code]) => code), stop: () => child.kill() };
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (text) => {
      call.output += text;
      if (name === 'stdout') call.stdout += text;
    });
  return call;
}

export async function says(place, ...args) {
  const call = commandLine(place, ...args);
  const code = await call.ended;
  demand(code === 0, `glados ${args.join(' ')} ended with ${code}: ${call.output.slice(-2000)}`);
  return call.stdout;
}

const toldOf = ({ output }) => [...output.matchAll(/^trial (\d+): SUCCEEDED/gm)].map(([, index]) => Number(index));

/** Submits 50 trials of three seconds each, for three pods, and follows them. */
export function runTrials(place, directory) {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'experiment.yml'), experiment);
  writeFileSync(join(directory, 'square.mjs'), program);
  const results = join(directory, 'out.csv');
  const call = commandLine(place, 'run', directory, '--output', results);
  const told = () => toldOf(call).length;

  return {
    told,
    stop: call.stop,
    /** Resolves when so many trials were told; the experiment goes on. */
    async reached(count) {
      await until(`${count} trials told`, 120, () => (told() >= count ? true : undefined)).catch((error) => {
        throw new Error(`${error.message}; it said: ${call.output.slice(-2000)}`);
      });
    },
    /** Every trial once: in what was told, in the results, on the server. @returns a sentence */
    async whole() {
      const code = await call.ended;
      demand(code === 0, `glados run ended with ${code}: ${call.output.slice(-3000)}`);
      const indexes = toldOf(call);
      demand(new Set(indexes).size === trials && indexes.length === trials, `told ${indexes.length}: ${call.output}`);
      const rows = readFileSync(results, 'utf8').trim().split('\n').slice(1);
      demand(rows.length === trials, `${rows.length} results`);
      const [, id = ''] = / as (\w{16}):/.exec(call.output) ?? [];
      const attempts = await attemptsOf(place, id);
      demand(
        attempts.every(({ phase, attempt }) => phase === 'SUCCEEDED' && attempt === 1),
        `attempts: ${JSON.stringify(attempts.filter(({ attempt }) => attempt !== 1))}`,
      );
      const breaks = call.output.match(/No connection/g)?.length ?? 0;
      return `${trials} of ${trials} trials, each told once, claimed once, ${rows.length} results; the watcher was cut off ${breaks} times`;
    },
  };
}

async function attemptsOf(place, id) {
  const query = `query ($id: ID!) { experiment(id: $id) { trials(first: 100) { nodes { index attempt phase } } } }`;
  const answer = await fetch(`${place.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${place.token}` },
    body: JSON.stringify({ query, variables: { id } }),
  });
  const { data, errors } = await answer.json();
  demand(!errors, JSON.stringify(errors));
  demand(data.experiment.trials.nodes.length === trials, `${data.experiment.trials.nodes.length} trials`);
  return data.experiment.trials.nodes;
}

/** All that a person sees of what is kept: every experiment, with its results. */
export async function seenBy(place) {
  const list = JSON.parse(await says(place, 'list', '--limit', '100', '-o', 'json'));
  const seen = {};
  for (const { id } of list) {
    seen[id] = {
      experiment: JSON.parse(await says(place, 'get', id, '-o', 'json')),
      results: await says(place, 'results', id, '-o', 'csv'),
    };
  }
  return seen;
}
