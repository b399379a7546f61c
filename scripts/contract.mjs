// Runs the suites that hold us to a real end: node scripts/contract.mjs mongo|kubernetes [options of jest]
// The end is named by MONGODB_URI or KUBECONFIG, as for the server itself.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sibling = fileURLToPath(new URL('../../shared/cluster/up', import.meta.url));

const ends = {
  mongo: {
    variable: 'MONGODB_URI',
    advice:
      'Name a MongoDB that is a replica set (one member is enough), such as\n  MONGODB_URI="mongodb://127.0.0.1:27017/?replicaSet=rs0" npm run test:mongo',
    suites: ['test/contract/mongo', 'test/store'],
    find: () => undefined,
    isThere: () => true,
    isRun: false,
  },
  kubernetes: {
    variable: 'KUBECONFIG',
    advice:
      'Name the kubeconfig of a cluster on which you may create namespaces, such as minikube\'s:\n  KUBECONFIG="$HOME/.kube/config" npm run test:cluster\nor a command that starts a cluster and prints the path of its kubeconfig in its last line:\n  GLADOS_TEST_CLUSTER=COMMAND npm run test:cluster',
    suites: ['test/contract/kubernetes', 'test/kubernetes'],
    find: startCluster,
    isThere: existsSync,
    // Tests in test/kubernetes start the product itself.
    isRun: true,
  },
};

/** Starts the cluster of GLADOS_TEST_CLUSTER, or of a builder that lies beside this checkout. */
function startCluster() {
  const command = process.env.GLADOS_TEST_CLUSTER || (existsSync(sibling) ? `"${sibling}"` : undefined);
  if (!command) return undefined;
  process.stderr.write(`Starting a cluster: ${command}\n`);
  const { status, stdout } = spawnSync(command, {
    shell: true,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status === 0) return stdout.trim().split('\n').at(-1);
  process.stderr.write(`It ended with ${status}.\n`);
  return process.exit(2);
}

const end = ends[process.argv[2]];
const named = end && (process.env[end.variable] || end.find());
if (!end || !named) {
  process.stderr.write(`This suite needs a real end. ${end?.advice ?? 'Say mongo or kubernetes.'}\n`);
  process.exit(2);
}
if (!end.isThere(named)) {
  process.stderr.write(`${end.variable} names "${named}", and there is no such file.\n`);
  process.exit(2);
}

function run(...args) {
  const env = { ...process.env, [end.variable]: named };
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env }).status ?? 1;
}

if (end.isRun && run('scripts/build.mjs', '--if-stale') !== 0) process.exit(1);
const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
// npm test leaves test/kubernetes out; what is asked for here is not.
const options = ['--testPathIgnorePatterns=/node_modules/', '--runInBand'];
process.exit(run(...jest, ...end.suites, ...options, ...process.argv.slice(3)));
