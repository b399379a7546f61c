// A release of the chart in namespaces of its own, with values that fit a small machine.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demand, until } from './checks.mjs';
import { apply, json, kubectl } from './namespace.mjs';
import { chart, start } from './tools.mjs';

export function imageOf(name) {
  const at = name.lastIndexOf(':');
  return { repository: name.slice(0, at), tag: name.slice(at + 1) };
}

/** What is installed: names of images that the cluster has. */
export function images(env) {
  return {
    server: env.GLADOS_SERVER_IMAGE ?? 'localhost/glados/server:0.1.0',
    runner: env.GLADOS_RUNNER_IMAGE ?? 'localhost/glados/runner:0.1.0',
    tools: env.GLADOS_TOOLS_IMAGE ?? 'localhost/glados/tools:0.1.0',
    mongodb: env.GLADOS_MONGODB_IMAGE,
  };
}

function valuesFor(namespace, { server, runner, tools, mongodb }) {
  return {
    server: { image: imageOf(server), resources: { requests: { cpu: '50m', memory: '128Mi' } } },
    runners: { namespace: { name: `${namespace}-runners` }, image: imageOf(runner) },
    mongodb: {
      image: imageOf(mongodb ?? 'mongo:8.0.17'),
      cacheSizeGB: 0.25,
      persistence: { size: '1Gi' },
      resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '768Mi' } },
    },
    metrics: { enabled: true },
    backup: { enabled: true, image: imageOf(tools), persistence: { size: '1Gi' } },
  };
}

const set = (values) => Object.entries(values).flatMap(([key, value]) => ['--set', `${key}=${value}`]);

/** @param more values that replace whole sections of those above */
export function release(directory, { env, more = {} }) {
  const namespace = `glados-rehearsal-${randomBytes(3).toString('hex')}`;
  const runners = `${namespace}-runners`;
  const valuesPath = join(directory, `${namespace}.json`);
  writeFileSync(valuesPath, JSON.stringify({ ...valuesFor(namespace, images(env)), ...more }));
  const helm = (verb, ...args) => start('helm', [verb, ...args, '--namespace', namespace], { seconds: 420 });
  const put = (verb, values, flags = []) =>
    helm(verb, namespace, chart, '--values', valuesPath, ...set(values), ...flags, '--wait', '--timeout=300s');

  return {
    namespace,
    runners,
    install: (values = {}) => put('install', values),
    upgrade: (values = {}, ...flags) => put('upgrade', values, flags),
    test: () => helm('test', namespace, '--timeout=180s'),
    /** As docs/deploy.md says, until the namespace of the runners is gone too. */
    async uninstall() {
      await endExperiments(namespace, namespace, runners);
      await helm('uninstall', namespace, '--ignore-not-found', '--wait', '--timeout=180s');
      await kubectl('delete', 'namespace', runners, '--ignore-not-found', '--timeout=120s');
    },
  };
}

/** Nobody makes a Job again, and none keeps its pods and with them their namespace for ever. */
export async function endExperiments(namespace, deployment, runners) {
  await kubectl('-n', namespace, 'scale', 'deployment', deployment, '--replicas=0').catch(() => {
    // It was not installed, or not so far.
  });
  const servers = ['-l', 'app.kubernetes.io/component=server', '--timeout=90s'];
  await kubectl('-n', namespace, 'wait', '--for=delete', 'pod', ...servers);
  await kubectl('-n', runners, 'delete', 'jobs', '--all', '--timeout=60s');
}

/** Runs a Job of the backup CronJob now. @returns what it wrote */
export async function backUp(namespace, cronJob, name) {
  await kubectl('-n', namespace, 'create', 'job', name, `--from=cronjob/${cronJob}`);
  return jobSays(namespace, name);
}

/** Waits for the end of a Job. @returns what it wrote @throws Error with the log when it failed */
export async function jobSays(namespace, name, seconds = 180) {
  const ended = await until(`the end of ${name}`, seconds, async () => {
    const { status } = await json('-n', namespace, 'get', 'job', name);
    return status.conditions?.find(({ type, status: is }) => is === 'True' && ['Complete', 'Failed'].includes(type));
  });
  const selector = `batch.kubernetes.io/job-name=${name}`;
  const { items } = await json('-n', namespace, 'get', 'pods', '-l', selector);
  const last = items.find(({ status }) => status.phase === 'Succeeded') ?? items.at(-1);
  const log = await kubectl('-n', namespace, 'logs', last.metadata.name, '--tail=50').catch(({ message }) => message);
  demand(ended.type === 'Complete', `${name} failed: ${log}`);
  return log.trim();
}

/** One command of the tools' image with the volume of the backups, in a pod as restricted as those of the chart. */
export async function toolsSay(namespace, { claim, image, command }) {
  const name = `tools-${randomBytes(3).toString('hex')}`;
  const spec = {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 10001,
      runAsGroup: 10001,
      fsGroup: 10001,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'tools',
        image,
        command,
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: [{ name: 'backup', mountPath: '/backup' }],
      },
    ],
    volumes: [{ name: 'backup', persistentVolumeClaim: { claimName: claim } }],
  };
  await apply({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace },
    spec: { template: { spec }, backoffLimit: 0 },
  });
  const said = await jobSays(namespace, name);
  await kubectl('-n', namespace, 'delete', 'job', name);
  return said;
}

/** Counts and SHA-256 of every collection, of every backup on the volume, oldest first. */
export async function manifests(namespace, claim, image) {
  const script = `const { readdirSync, readFileSync } = require('node:fs');
    const names = readdirSync('/backup').filter((name) => name.startsWith('glados-')).sort();
    console.log(JSON.stringify(names.map((name) => JSON.parse(readFileSync('/backup/' + name + '/manifest.json', 'utf8')).collections)));`;
  return JSON.parse(await toolsSay(namespace, { claim, image, command: ['node', '-e', script] }));
}
