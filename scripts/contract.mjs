// Runs a contract suite against a real end: node scripts/contract.mjs mongo|kubernetes
// The end is named by MONGODB_URI or KUBECONFIG, as for the server itself.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ends = {
  mongo: {
    variable: 'MONGODB_URI',
    advice:
      'Name a MongoDB that is a replica set (one member is enough), such as\n  MONGODB_URI="mongodb://127.0.0.1:27017/?replicaSet=rs0" npm run test:mongo',
    suites: ['test/contract/mongo', 'test/store'],
    isThere: () => true,
  },
  kubernetes: {
    variable: 'KUBECONFIG',
    advice:
      'Name the kubeconfig of a cluster on which you may create namespaces, such as minikube\'s:\n  KUBECONFIG="$HOME/.kube/config" npm run test:cluster',
    suites: ['test/contract/kubernetes'],
    isThere: existsSync,
  },
};

const end = ends[process.argv[2]];
const named = end && process.env[end.variable];
if (!end || !named) {
  process.stderr.write(`This suite needs a real end. ${end?.advice ?? 'Say mongo or kubernetes.'}\n`);
  process.exit(2);
}
if (!end.isThere(named)) {
  process.stderr.write(`${end.variable} names "${named}", and there is no such file.\n`);
  process.exit(2);
}
const root = fileURLToPath(new URL('..', import.meta.url));
const jest = [
  '--experimental-vm-modules',
  '--no-warnings',
  'node_modules/jest/bin/jest.js',
  '--runInBand',
  ...end.suites,
];
process.exit(
  spawnSync(process.execPath, [...jest, ...process.argv.slice(3)], { cwd: root, stdio: 'inherit' }).status ?? 1,
);
