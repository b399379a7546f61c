// Holds deploy/ to what it promises: node scripts/test-deploy.mjs [--install]
// Without --install: lint, render, schemas, policies on the API server of KUBECONFIG. With it the product is installed
// there for real, see docs/deploy.md. What a missing tool or cluster keeps from being tested is said.
import { spawnSync } from 'node:child_process';
import { lint, refusals, validate } from './deploy/manifests.mjs';
import { rehearse } from './deploy/rehearsal.mjs';
import { environment, isThere, root, run } from './deploy/tools.mjs';

const cluster = process.env.KUBECONFIG;
const wantsInstall = process.argv.includes('--install');

/** Of the cluster, when there is one; else the newest that we test on. */
function version() {
  return cluster ? JSON.parse(run('kubectl', ['version', '-o', 'json'])).serverVersion.gitVersion : 'v1.36.3';
}

function node(...args) {
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
}

const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
const steps = [
  { name: 'the chart lints', needs: ['helm'], run: lint },
  { name: 'wrong values are refused, with their path', needs: ['helm'], run: refusals },
  {
    name: 'base and policies are the rendered chart',
    needs: ['helm'],
    run: () => node('scripts/render-deploy.mjs', '--check'),
  },
  {
    name: 'every rendering fits the schemas',
    needs: ['helm', 'kustomize', 'kubeconform', ...(cluster ? ['kubectl'] : [])],
    run: () => validate(version()),
  },
  {
    name: 'the policies let the product through and nothing worse',
    needs: [],
    cluster: true,
    run: () => node(...jest, '--testMatch', '<rootDir>/test/deploy/*.cluster.ts'),
  },
  ...(wantsInstall
    ? [
        {
          name: 'the product installs, runs, survives an upgrade',
          needs: ['helm', 'kubectl'],
          cluster: true,
          run: rehearse,
        },
      ]
    : []),
];

let failures = 0;
for (const step of steps) {
  const missing = step.needs.filter((tool) => !isThere(tool));
  if (step.cluster && !cluster) missing.push('KUBECONFIG');
  if (missing.length > 0) {
    console.log(`skipped  ${step.name}: no ${missing.join(', ')}`);
    continue;
  }
  const began = Date.now();
  try {
    const said = await step.run();
    console.log(
      `passed   ${step.name} (${((Date.now() - began) / 1000).toFixed(1)} s)${said && !said.includes('\n') ? `: ${said}` : ''}`,
    );
  } catch (error) {
    failures += 1;
    console.log(`FAILED   ${step.name}: ${error.message}`);
  }
}
if (!wantsInstall) console.log('skipped  the product installs, runs, survives an upgrade: ask for it with --install');
process.exitCode = failures === 0 ? 0 : 1;
