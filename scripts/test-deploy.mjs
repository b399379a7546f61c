// Holds deploy/ to what it promises: node scripts/test-deploy.mjs [--install]
// Without --install: lint, render, schemas, policies on the API server of KUBECONFIG. With it the product is installed
// there for real, see docs/deploy.md. What a missing tool or cluster keeps from being tested is said.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChecks, Stop } from './deploy/checks.mjs';
import { lint, refusals, validate } from './deploy/manifests.mjs';
import { rehearseExternal } from './deploy/rehearsal-external.mjs';
import { rehearseKustomize, whyNotKustomize } from './deploy/rehearsal-kustomize.mjs';
import { rehearseHelm } from './deploy/rehearsal.mjs';
import { images } from './deploy/release.mjs';
import { endTools, environment, isThere, root, run } from './deploy/tools.mjs';

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
  { name: 'the product is built', needs: [], run: () => node('scripts/build.mjs', '--if-stale') },
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
];

/** What is done on the cluster for real, in this order; each ends with nothing left of it. */
const rehearsals = [
  {
    name: 'the chart',
    run: rehearseHelm,
    whyNot: () => !images(process.env).mongodb && 'GLADOS_MONGODB_IMAGE names no image',
  },
  {
    name: 'the chart on a database elsewhere',
    run: rehearseExternal,
    whyNot: () => !process.env.GLADOS_EXTERNAL_MONGODB_URI && 'GLADOS_EXTERNAL_MONGODB_URI names none',
  },
  {
    name: 'kubectl apply -k',
    run: rehearseKustomize,
    whyNot: () => (images(process.env).mongodb ? whyNotKustomize() : 'GLADOS_MONGODB_IMAGE names no image'),
  },
];

const { step, counts } = createChecks({ onInterrupted: endTools });
let skipped = 0;
function skip(name, why) {
  skipped += 1;
  console.log(`skipped  ${name}: ${why}`);
}

for (const { name, needs, cluster: isOnCluster, run: work } of steps) {
  const missing = needs.filter((tool) => !isThere(tool));
  if (isOnCluster && !cluster) missing.push('KUBECONFIG');
  if (missing.length > 0) skip(name, `no ${missing.join(', ')}`);
  else await step(name, async () => ({ said: await work() }), { atMost: 300 }).catch((error) => told(name, error));
}
const missing = ['helm', 'kubectl'].filter((tool) => !isThere(tool));
if (!cluster) missing.push('KUBECONFIG');
if (!wantsInstall) skip('the rehearsals on the cluster', 'ask for them with --install');
else if (missing.length > 0) skip('the rehearsals on the cluster', `no ${missing.join(', ')}`);
else await rehearseAll();
console.log(`${counts.passed} passed, ${counts.failed} failed, ${skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;

async function rehearseAll() {
  // Whatever hangs ends then, and is cleared away.
  setTimeout(() => process.kill(process.pid, 'SIGTERM'), 45 * 60_000).unref();
  const directory = mkdtempSync(join(tmpdir(), 'glados-rehearsal-'));
  try {
    await step('images', async () => ({ said: imageSizes() }));
    for (const { name, run: work, whyNot } of rehearsals) {
      const why = whyNot();
      if (why) skip(name, why);
      else await work({ step, directory, env: process.env }).catch((error) => told(name, error));
    }
  } catch (error) {
    told('the rehearsals', error);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** As the nodes name them; a kubelet names the fifty largest. */
function imageSizes() {
  const { items } = JSON.parse(run('kubectl', ['get', 'nodes', '-o', 'json']));
  const known = items.flatMap(({ status }) => status.images ?? []);
  const sizes = Object.values(images(process.env)).map((name) => {
    const bytes = known.find(({ names }) => names?.includes(name))?.sizeBytes;
    return `${name} ${bytes ? `${Math.round(bytes / 2 ** 20)} MiB` : 'not seen on a node'}`;
  });
  return sizes.join(', ');
}

/** What stopped at a step was told there. */
function told(name, error) {
  if (error instanceof Stop) return;
  counts.failed += 1;
  console.log(`FAILED   ${name}: ${error.message}`);
}
