// The same with `kubectl apply -k` of an overlay on overlays/minikube, in the namespaces that Kustomize's base has.
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { demand } from './checks.mjs';
import { forward, json, kubectl, makeSecrets, ownVolumes, settled } from './namespace.mjs';
import { backUp, endExperiments, imageOf, images, jobSays } from './release.mjs';
import { root, run } from './tools.mjs';
import { runTrials, seenBy, trials } from './trials.mjs';

const namespace = 'glados';
const namespaces = new Set([namespace, 'glados-runners']);

/** As docs/kubeadm.md has them for an overlay of one's own. */
function patches({ runner }, storageClass, logLevel) {
  const env = [
    { name: 'GLADOS_RUNNER_IMAGE', value: runner },
    { name: 'GLADOS_LOG_LEVEL', value: logLevel },
  ];
  const server = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'glados', namespace },
    spec: { template: { spec: { containers: [{ name: 'server', env }] } } },
  };
  const claim = { op: 'replace', path: '/spec/volumeClaimTemplates/0/spec/storageClassName', value: storageClass };
  const allowed = [
    { op: 'test', path: '/spec/variables/3/name', value: 'runner' },
    { op: 'replace', path: '/spec/variables/3/expression', value: `'${runner}'` },
  ];
  return [
    { patch: JSON.stringify(server) },
    { target: { kind: 'StatefulSet', name: 'glados-mongodb' }, patch: JSON.stringify([claim]) },
    { target: { kind: 'ValidatingAdmissionPolicy', name: 'glados-jobs' }, patch: JSON.stringify(allowed) },
  ];
}

function overlay(directory, { env, storageClass, logLevel = 'info', restore = false }) {
  const named = images(env);
  const own = { 'glados/server': named.server, 'glados/tools': named.tools, mongo: named.mongodb };
  // kubectl resolves links before it follows `..`.
  const place = join(realpathSync(directory), 'overlay');
  mkdirSync(place, { recursive: true });
  const to = (path) => relative(place, join(realpathSync(root), 'deploy/kustomize', path));
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [to('overlays/minikube')],
    components: ['components/backup', ...(restore ? ['components/restore'] : [])].map(to),
    images: Object.entries(own).map(([name, image]) => {
      const { repository, tag } = imageOf(image);
      return { name, newName: repository, newTag: tag };
    }),
    patches: patches(named, storageClass, logLevel),
  };
  writeFileSync(join(place, 'kustomization.yaml'), JSON.stringify(kustomization));
  return place;
}

async function rolledOut() {
  await kubectl('-n', namespace, 'rollout', 'status', 'deployment/glados', '--timeout=180s');
  await settled(namespace);
}

async function defaultStorageClass() {
  const { items } = await json('get', 'storageclass');
  const mark = 'storageclass.kubernetes.io/is-default-class';
  const found = items.find(({ metadata }) => metadata.annotations?.[mark] === 'true');
  demand(found, 'The cluster has no default StorageClass.');
  return found.metadata.name;
}

/** @returns why it cannot be rehearsed here, or undefined */
export function whyNotKustomize() {
  const { items } = JSON.parse(run('kubectl', ['get', 'namespaces', '-o', 'json']));
  const taken = items.map(({ metadata }) => metadata.name).filter((name) => namespaces.has(name));
  return taken.length > 0 ? `the cluster has ${taken.join(' and ')} already, and they would be deleted` : undefined;
}

export async function rehearseKustomize({ step, directory, env }) {
  const storageClass = await defaultStorageClass();
  const put = (options = {}) => kubectl('apply', '-k', overlay(directory, { env, storageClass, ...options }));
  const volumes = ownVolumes(namespace);
  let way;
  try {
    let token;
    await step(
      'kubectl apply -k',
      async () => {
        await put();
        token = await makeSecrets(namespace);
        await rolledOut();
        way = await forward(namespace, 'glados');
        const { items } = await json('-n', namespace, 'get', 'pods');
        return { said: items.map(({ metadata, status }) => `${metadata.name} ${status.phase}`).join(', ') };
      },
      { atMost: 240 },
    );

    await step(
      `${trials} trials through kubectl apply -k of a change`,
      async () => {
        const experiment = runTrials({ url: way.url, token }, join(directory, 'kustomize'));
        try {
          await experiment.reached(5);
          await put({ logLevel: 'debug' });
          await rolledOut();
          const toldAtEnd = experiment.told();
          demand(toldAtEnd < trials, 'the experiment was over before the change');
          return { said: `${await experiment.whole()}; the change ended at trial ${toldAtEnd}` };
        } finally {
          experiment.stop();
        }
      },
      { atMost: 300 },
    );

    let before;
    await step(
      'backup by the component',
      async () => {
        before = await seenBy({ url: way.url, token });
        return { said: (await backUp(namespace, 'glados-backup', 'backup-now')).split('\n').join(' ') };
      },
      { atMost: 200 },
    );

    await step(
      'everything but the backups deleted, then restored by the component',
      async () => {
        await kubectl('-n', namespace, 'delete', 'deployment,statefulset,job', '--all', '--timeout=120s');
        await kubectl('-n', namespace, 'delete', 'pvc', 'data-glados-mongodb-0', '--timeout=60s');
        await put({ restore: true });
        const { items } = await json('-n', namespace, 'get', 'jobs', '-l', 'app.kubernetes.io/component=restore');
        const said = await jobSays(namespace, items[0].metadata.name, 240);
        await put();
        await rolledOut();
        await way.ready();
        const after = await seenBy({ url: way.url, token });
        demand(JSON.stringify(after) === JSON.stringify(before), `they differ: ${JSON.stringify({ before, after })}`);
        return { said: `${said.split('\n').at(-1)} ${Object.keys(after).length} experiments as before.` };
      },
      { atMost: 600 },
    );
  } finally {
    way?.stop();
    volumes.stop();
    await endExperiments(namespace, 'glados', 'glados-runners').catch(({ message }) => console.log(message));
    await kubectl(
      'delete',
      '-k',
      overlay(directory, { env, storageClass }),
      '--ignore-not-found',
      '--timeout=180s',
    ).catch(({ message }) => console.log(message));
  }
}
