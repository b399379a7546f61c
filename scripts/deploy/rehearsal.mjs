// Installs the chart on the cluster of KUBECONFIG in namespaces of its own, runs an experiment of 50 trials through the
// command line from outside, upgrades in the middle of it, and takes everything away again.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chart, environment, root, run } from './tools.mjs';

const trials = 50;
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
await new Promise((resolve) => setTimeout(resolve, 2000));
writeFileSync('results.csv', \`Square\\n\${n * n}\\n\`);
`;

const kubectl = (...args) => run('kubectl', args);

function imageOf(name) {
  const at = name.lastIndexOf(':');
  return { repository: name.slice(0, at), tag: name.slice(at + 1) };
}

/** Values that fit a small machine. */
function valuesFor(namespace) {
  const { GLADOS_SERVER_IMAGE: server = 'localhost/glados/server:0.1.0' } = process.env;
  const { GLADOS_RUNNER_IMAGE: runner = 'localhost/glados/runner:0.1.0' } = process.env;
  const { GLADOS_MONGODB_IMAGE: mongodb, GLADOS_MONGODB_MEMBERS: members = '1' } = process.env;
  if (!mongodb) throw new Error('GLADOS_MONGODB_IMAGE has to name an image with mongod that the cluster has.');
  return {
    server: { image: imageOf(server) },
    service: { type: 'NodePort' },
    runners: { namespace: { name: `${namespace}-runners` }, image: imageOf(runner) },
    mongodb: {
      image: imageOf(mongodb),
      members: Number(members),
      cacheSizeGB: 0.25,
      persistence: { size: '1Gi' },
      resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    },
    // Its hook needs the image of the tools; servers migrate by themselves.
    migrations: { enabled: false },
  };
}

const secret = (bytes) => randomBytes(bytes).toString('hex');

function secrets(namespace) {
  const token = secret(32);
  kubectl('-n', namespace, 'create', 'secret', 'generic', 'glados-admin-token', `--from-literal=token=${token}`);
  kubectl(
    '-n',
    namespace,
    'create',
    'secret',
    'generic',
    'glados-mongodb',
    `--from-literal=password=${secret(24)}`,
    `--from-literal=keyfile=${secret(256)}`,
  );
  return token;
}

/** Volumes that are directories of this machine belong to root there, and nobody but root can change that. */
async function ownVolumes(namespace, signal) {
  const owned = new Set();
  while (!signal.aborted) {
    const { items } = JSON.parse(kubectl('-n', namespace, 'get', 'pvc', '-o', 'json'));
    for (const { spec } of items.filter(({ spec: { volumeName } }) => volumeName && !owned.has(volumeName))) {
      const path = kubectl('get', 'pv', spec.volumeName, '-o', 'jsonpath={.spec.hostPath.path}');
      if (path) run('chown', ['999:999', path]);
      owned.add(spec.volumeName);
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** The command line as a user runs it. @returns its exit code and what it wrote */
async function commandLine(directory, server, token) {
  const args = ['dist/src/glados.js', 'run', directory, '--server', server, '--output', join(directory, 'out.csv')];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, GLADOS_TOKEN: token, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [exitCode] = await once(child, 'close');
  return { exitCode, output };
}

async function helm(...args) {
  const child = spawn('helm', args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  const [exitCode] = await once(child, 'close');
  if (exitCode !== 0) throw new Error(`helm ${args[0]}: ${said.trim()}`);
}

/** @returns one sentence about what was seen */
export async function rehearse() {
  const namespace = `glados-rehearsal-${randomBytes(3).toString('hex')}`;
  const directory = mkdtempSync(join(tmpdir(), 'glados-rehearsal-'));
  const over = new AbortController();
  const valuesPath = join(directory, 'values.json');
  writeFileSync(valuesPath, JSON.stringify(valuesFor(namespace)));
  kubectl('create', 'namespace', namespace);
  try {
    kubectl('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted');
    const token = secrets(namespace);
    const owning = ownVolumes(namespace, over.signal);
    const options = ['--namespace', namespace, '--values', valuesPath, '--wait', '--timeout=180s'];
    const began = Date.now();
    await helm('install', namespace, chart, ...options);
    const installed = Date.now() - began;
    await helm('test', namespace, '--namespace', namespace, '--timeout=120s');

    const port = kubectl('-n', namespace, 'get', 'service', namespace, '-o', 'jsonpath={.spec.ports[0].nodePort}');
    const server = `http://127.0.0.1:${port}/graphql`;
    writeFileSync(join(directory, 'experiment.yml'), experiment);
    writeFileSync(join(directory, 'square.mjs'), program);
    const refused = await commandLine(directory, server, 'x'.repeat(32));
    if (refused.exitCode !== 4) throw new Error(`A wrong token has to end with 4: ${refused.output}`);
    const running = commandLine(directory, server, token);
    const [done] = await Promise.all([
      running,
      helm('upgrade', namespace, chart, ...options, '--set=server.logLevel=debug'),
    ]);
    if (done.exitCode !== 0) throw new Error(done.output);
    const rows = readFileSync(join(directory, 'out.csv'), 'utf8').trim().split('\n').length - 1;
    if (rows !== trials) throw new Error(`${rows} results instead of ${trials}`);
    over.abort();
    await owning;
    return `installed in ${Math.round(installed / 1000)} s; ${rows} of ${trials} trials through an upgrade`;
  } finally {
    over.abort();
    rmSync(directory, { recursive: true, force: true });
    await helm('uninstall', namespace, '--namespace', namespace, '--ignore-not-found').catch((error) =>
      console.log(error.message),
    );
    kubectl('delete', 'namespace', namespace, '--wait=false');
  }
}
