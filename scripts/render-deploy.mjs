// Writes deploy/kustomize (base, components), deploy/kubernetes and deploy/policies from the chart, with helm.
// node scripts/render-deploy.mjs [--check]
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chart, root, run } from './deploy/tools.mjs';

const note = '# Written by `node scripts/render-deploy.mjs` from deploy/helm/glados. Change the chart, not this.\n';

/** Of everything that the rendering depends on, so that a stale one is seen without helm. */
function chartHash() {
  const hash = createHash('sha256');
  const files = readdirSync(chart, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of files.map(({ parentPath, name }) => join(parentPath, name).slice(chart.length + 1)).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(chart, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** The chart as it comes, without hooks, which kubectl does not know. */
function rendered(...args) {
  const text = run('helm', [
    'template',
    'glados',
    chart,
    '--namespace=glados',
    '--no-hooks',
    '--kube-version=1.36.0',
    ...args,
  ]);
  return note + text.replaceAll('app.kubernetes.io/managed-by: Helm', 'app.kubernetes.io/managed-by: kustomize');
}

function contentOf(path) {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined;
}

const files = {
  'deploy/kustomize/base/glados.yaml': rendered('--set=namespace.create=true'),
  'deploy/kustomize/base/chart.sha256': `${chartHash()}\n`,
  'deploy/kubernetes/rights.yaml': rendered(
    '--set=namespace.create=true',
    '--show-only=templates/namespaces.yaml',
    '--show-only=templates/rbac.yaml',
  ),
  'deploy/kustomize/components/backup/backup.yaml': rendered(
    '--set=backup.enabled=true',
    '--show-only=templates/backup.yaml',
  ),
  'deploy/kustomize/components/restore/restore.yaml': rendered(
    '--set=backup.restore.from=latest,backup.restore.replace=true',
    '--show-only=templates/restore.yaml',
  ),
  'deploy/policies/server.yaml': rendered('--show-only=templates/admission-policy.yaml'),
};
const stale = Object.entries(files).filter(([path, text]) => contentOf(path) !== text);
if (!process.argv.includes('--check')) for (const [path, text] of stale) writeFileSync(join(root, path), text);
else if (stale.length > 0) {
  process.stderr.write(`Stale: ${stale.map(([path]) => path).join(', ')}. node scripts/render-deploy.mjs\n`);
  process.exit(1);
}
