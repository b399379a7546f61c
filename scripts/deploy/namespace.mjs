// What a release needs in its namespace: labels, Secrets, volumes that belong to whoever writes to them, a way in.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { until } from './checks.mjs';
import { environment, run, start } from './tools.mjs';

export const kubectl = (...args) => start('kubectl', args);
export const json = async (...args) => JSON.parse(await kubectl(...args, '-o', 'json'));
export const apply = (...objects) =>
  start('kubectl', ['apply', '-f', '-'], { input: objects.map((object) => JSON.stringify(object)).join('\n---\n') });

export const secret = (bytes) => randomBytes(bytes).toString('hex');
const base64 = (text) => Buffer.from(text).toString('base64');

export async function makeNamespace(name) {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
}

/** A failure here is told and no more: what was seen before counts. */
export async function removeNamespace(name) {
  await kubectl('delete', 'namespace', name, '--ignore-not-found', '--timeout=120s').catch(({ message }) =>
    console.log(message),
  );
}

/** Makes a Secret or gives its keys other values. Nothing of it stands on a command line. */
export async function putSecret(namespace, name, values) {
  const data = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, base64(value)]));
  await apply({ apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { name, namespace }, data });
}

/** The two Secrets that the chart asks for. @returns the administrator's token */
export async function makeSecrets(namespace) {
  const token = secret(32);
  await putSecret(namespace, 'glados-admin-token', { token });
  await putSecret(namespace, 'glados-mongodb', { password: secret(24), keyfile: secret(256) });
  return token;
}

function claimsOf(namespace) {
  try {
    return JSON.parse(run('kubectl', ['-n', namespace, 'get', 'pvc', '-o', 'json'])).items;
  } catch {
    // The namespace is not there yet, or not any more.
    return [];
  }
}

/**
 * Volumes that are directories of this machine belong to root here, and Kubernetes gives them to nobody (fsGroup does not
 * reach a hostPath): does what docs/deploy.md asks the operator to do by hand, until it is stopped.
 */
export function ownVolumes(namespace) {
  const owned = new Set();
  const timer = setInterval(() => {
    for (const { metadata, spec } of claimsOf(namespace)) {
      if (!spec.volumeName || owned.has(spec.volumeName)) continue;
      owned.add(spec.volumeName);
      const path = run('kubectl', ['get', 'pv', spec.volumeName, '-o', 'jsonpath={.spec.hostPath.path}']);
      const user = metadata.name.endsWith('-backup') ? 10001 : 999;
      if (path && existsSync(path) && statSync(path).uid === 0) run('chown', [`${user}:${user}`, path]);
    }
  }, 1_000);
  return { stop: () => clearInterval(timer) };
}

/** Until the servers that a rollout replaced are gone, and with them every connection to them. */
export async function settled(namespace) {
  const servers = ['-n', namespace, 'get', 'pods,deployments', '-l', 'app.kubernetes.io/component=server'];
  await until('the end of the servers before', 90, async () => {
    const { items } = await json(...servers);
    const wanted = items.find(({ kind }) => kind === 'Deployment').spec.replicas;
    return items.filter(({ kind }) => kind === 'Pod').length === wanted ? true : undefined;
  });
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * `kubectl port-forward` to a Service, begun again at the same port whenever its pod goes.
 *
 * @returns its `url`, `ready()`, which resolves when a server answers there, and `stop()`
 */
export async function forward(namespace, service, local) {
  const port = local ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const args = ['-n', namespace, 'port-forward', `service/${service}`, `${port}:7800`];
  let isOver = false;
  let child;
  function begin() {
    if (isOver) return;
    child = spawn('kubectl', args, { env: environment, stdio: 'ignore' });
    child.on('exit', () => setTimeout(begin, 500));
  }
  begin();
  const end = () => {
    isOver = true;
    child.kill();
  };
  process.once('exit', end);
  const ready = () =>
    until('a way to the server', 60, async () => {
      const answer = await fetch(`${url}/readyz`).catch(() => undefined);
      return answer?.ok ? true : undefined;
    });
  await ready();
  return {
    url,
    ready,
    stop() {
      process.off('exit', end);
      end();
    },
  };
}
