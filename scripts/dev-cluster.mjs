// GLADOS inside a cluster, from this checkout: npm run dev:cluster [-- --port N] [-- --once] [-- --down]
// Builds the images of server and runner, puts them where the cluster's node finds them, installs the chart, forwards a
// port, follows the servers' logs. Enter does it again after a change; Ctrl-C ends forwarding and following, the release
// stays. The cluster is that of KUBECONFIG: minikube, or one that the builder beside this checkout started.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { forward, json, kubectl, makeNamespace, makeSecrets, ownVolumes } from './deploy/namespace.mjs';
import { imageOf } from './deploy/release.mjs';
import { chart, environment, isThere, root, start } from './deploy/tools.mjs';

const namespace = 'glados-dev';
const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '7800' },
    once: { type: 'boolean', default: false },
    down: { type: 'boolean', default: false },
  },
});
const stamp = join(root, '.glados/dev-cluster.json');
const sources = ['package.json', 'package-lock.json', 'schema.graphql', 'src', 'scripts/build.mjs', 'deploy/docker'];
const sibling = fileURLToPath(new URL('../../shared/cluster/image', import.meta.url));

/** How an image is built and brought to the node. @throws Error when there is no way */
function builder(context) {
  if (context === 'minikube' || context.startsWith('minikube-')) {
    const profile = ['--profile', context];
    return (name, file) => ['minikube', ...profile, 'image', 'build', '--tag', name, '--file', file, root];
  }
  if (existsSync(sibling)) {
    const base = 'NODE_IMAGE=localhost/node:20-bookworm-slim';
    return (name, file) => [sibling, name, '--dockerfile', join(root, file), root, '--build-arg', base];
  }
  throw new Error(`No way to bring images to the cluster "${context}": start minikube, or use its context.`);
}

function filesOf(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => name !== 'generated')
    .sort()
    .flatMap((name) => filesOf(join(path, name)));
}

/** The same for the same sources: what is built once need not be built again. */
function tag() {
  const hash = createHash('sha256');
  for (const file of sources.flatMap((source) => filesOf(join(root, source)))) {
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return `dev-${hash.digest('hex').slice(0, 12)}`;
}

async function build(context) {
  const images = Object.fromEntries(['server', 'runner'].map((name) => [name, `localhost/glados/${name}:${tag()}`]));
  const built = existsSync(stamp) ? JSON.parse(readFileSync(stamp, 'utf8')) : {};
  const command = builder(context);
  for (const [name, image] of Object.entries(images)) {
    if (built[`${context} ${name}`] === image) continue;
    const began = Date.now();
    console.log(`Building ${image} …`);
    const [program, ...args] = command(image, `deploy/docker/${name}.Dockerfile`);
    await start(program, args, { seconds: 1200 });
    console.log(`  ${Math.round((Date.now() - began) / 1000)} s`);
    built[`${context} ${name}`] = image;
    mkdirSync(join(root, '.glados'), { recursive: true });
    writeFileSync(stamp, JSON.stringify(built));
  }
  return images;
}

function valuesFor({ server, runner }) {
  const { GLADOS_MONGODB_IMAGE: mongodb } = process.env;
  return {
    server: { image: imageOf(server), replicas: 1, logLevel: 'debug', resources: { requests: { cpu: '50m' } } },
    runners: { namespace: { name: `${namespace}-runners` }, image: imageOf(runner) },
    mongodb: {
      ...(mongodb ? { image: imageOf(mongodb) } : {}),
      persistence: { size: '1Gi' },
      resources: { requests: { cpu: '50m', memory: '128Mi' } },
    },
    // A server does the same when it starts, and the image of the tools need not be built.
    migrations: { enabled: false },
  };
}

async function install(images) {
  const input = JSON.stringify(valuesFor(images));
  const began = Date.now();
  await start(
    'helm',
    ['upgrade', '--install', namespace, chart, '-n', namespace, '-f', '-', '--wait', '--timeout=240s'],
    { input },
  );
  console.log(`Installed in ${Math.round((Date.now() - began) / 1000)} s.`);
}

function followLogs() {
  const args = ['-n', namespace, 'logs', '-f', '--tail=20', '-l', 'app.kubernetes.io/component=server', '--prefix'];
  return spawn('kubectl', args, { env: environment, stdio: ['ignore', 'inherit', 'inherit'] });
}

async function down() {
  await start('helm', ['uninstall', namespace, '-n', namespace, '--ignore-not-found', '--wait']);
  await kubectl('delete', 'namespace', namespace, `${namespace}-runners`, '--ignore-not-found');
  rmSync(stamp, { force: true });
}

async function up() {
  const context = (await kubectl('config', 'current-context')).trim();
  console.log(`Cluster: ${context}`);
  const { items } = await json('get', 'namespaces');
  if (!items.some(({ metadata }) => metadata.name === namespace)) {
    await makeNamespace(namespace);
    await makeSecrets(namespace);
  }
  const volumes = ownVolumes(namespace);
  await install(await build(context));
  volumes.stop();
  if (options.once) return;

  const way = await forward(namespace, namespace, Number(options.port));
  console.log(
    `${way.url}/  with the token of\n  kubectl -n ${namespace} get secret glados-admin-token -o jsonpath='{.data.token}' | base64 -d`,
  );
  console.log('Enter builds and installs again, Ctrl-C ends; npm run dev:cluster -- --down takes it away.');
  let logs = followLogs();
  process.once('exit', () => logs.kill());
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => process.exit(130));
  for await (const _line of createInterface({ input: process.stdin })) {
    logs.kill();
    await install(await build(context)).catch(({ message }) => console.error(message));
    logs = followLogs();
  }
  logs.kill();
  way.stop();
}

const missing = ['helm', 'kubectl'].filter((tool) => !isThere(tool));
try {
  if (missing.length > 0) throw new Error(`${missing.join(' and ')} not found on PATH, nor in GLADOS_TOOLS/bin.`);
  await (options.down ? down() : up());
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
