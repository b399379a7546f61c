// What can be said about the manifests without a cluster: they lint, render, are refused where they should be, and fit
// the schemas of Kubernetes, strictly.
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { chart, root, run, schemaLocation } from './tools.mjs';

/** Ways to set the chart that take different branches of its templates. */
const variants = {
  'as it comes': [],
  'three members, a StorageClass': ['--set=mongodb.members=3,mongodb.persistence.storageClass=fast'],
  'a database elsewhere': ['--set=mongodb.enabled=false,externalMongo.uri=mongodb://db.example:27017/?replicaSet=rs0'],
  'a database elsewhere, in a Secret': ['--set=mongodb.enabled=false,externalMongo.existingSecret=database'],
  'an Ingress': ['--set=ingress.enabled=true,ingress.hosts={glados.example},ingress.tlsSecret=tls,ingress.className=c'],
  'an HTTPRoute': ['--set=httpRoute.parentRefs[0].name=public,httpRoute.hostnames={glados.example}'],
  autoscaling: ['--set=autoscaling.enabled=true'],
  'one server, nothing optional': [
    '--set=server.replicas=1,networkPolicy.enabled=false,admissionPolicy.enabled=false,runners.priorityClass.create=false',
    '--set=runners.limitRange.enabled=false,runners.quota=null,podDisruptionBudget.enabled=false',
  ],
  'settings of Jobs, pull secrets, images by digest': [
    `--set=server.image.digest=sha256:${'0'.repeat(64)},runners.jobs.scratchSize=4Gi,imagePullSecrets={pull}`,
    '--set=networkPolicy.serverFrom[0].ipBlock.cidr=10.0.0.0/8,server.extraEnv[0].name=TZ,server.extraEnv[0].value=UTC',
  ],
  backups: ['--set=backup.enabled=true'],
  monitoring: [
    '--set=metrics.enabled=true,metrics.serviceMonitor.enabled=true,metrics.serviceMonitor.labels.release=prometheus',
    '--set=metrics.prometheusRule.enabled=true,metrics.dashboard.enabled=true',
  ],
};

/** Values that have to be refused, and a word that says where. */
const refused = [
  ['--set=mongodb.membres=3', "at '/mongodb': additional properties 'membres' not allowed"],
  ['--set=server.image.tga=1', "at '/server/image': additional properties 'tga' not allowed"],
  ['--set=replicas=3', "additional properties 'replicas' not allowed"],
  ['--set=server.replicas=two', "at '/server/replicas'"],
  ['--set=mongodb.members=2', "at '/mongodb/members'"],
  ['--set=runners.jobs.scratchsize=1Gi', "additional properties 'scratchsize' not allowed"],
  ['--set=mongodb.enabled=false', 'externalMongo.uri or externalMongo.existingSecret has to name a database'],
  ['--set=externalMongo.uri=mongodb://user:password@db/', "at '/externalMongo/uri'"],
];

const template = (...args) => run('helm', ['template', 'glados', chart, '--namespace=glados', ...args]);

export const lint = () => void run('helm', ['lint', '--strict', chart]);

export function refusals() {
  for (const [argument, words] of refused) {
    const said = complaint(() => template(argument));
    if (!said?.includes(words))
      throw new Error(`${argument} has to be refused with "${words}", and: ${said ?? 'was taken'}`);
  }
  return `${refused.length} wrong values refused`;
}

function complaint(act) {
  try {
    act();
    return undefined;
  } catch (error) {
    return error.message;
  }
}

/** A component is built with what it is a part of. */
function withComponents() {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'glados-overlay-')));
  const to = (path) => relative(directory, join(realpathSync(root), 'deploy/kustomize', path));
  const components = readdirSync(join(root, 'deploy/kustomize/components')).map((name) => to(`components/${name}`));
  const kustomization = { kind: 'Kustomization', resources: [to('overlays/minikube')], components };
  writeFileSync(join(directory, 'kustomization.yaml'), JSON.stringify(kustomization));
  try {
    return run('kustomize', ['build', directory]);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** @returns how many resources, of how many renderings, were found valid */
export function validate(version) {
  const location = schemaLocation(version);
  const schemas = location === undefined ? ['-kubernetes-version', version.slice(1)] : ['-schema-location', location];
  const overlays = readdirSync(join(root, 'deploy/kustomize/overlays')).map((name) => `overlays/${name}`);
  const texts = {
    ...Object.fromEntries(Object.entries(variants).map(([name, args]) => [`chart, ${name}`, template(...args)])),
    ...Object.fromEntries(
      ['base', ...overlays].map((name) => [name, run('kustomize', ['build', join(root, 'deploy/kustomize', name)])]),
    ),
    'an overlay with components': withComponents(),
  };
  let resources = 0;
  for (const [name, input] of Object.entries(texts)) {
    try {
      // Not Kubernetes' own: their schemas come with a Gateway, or with the Prometheus operator.
      const foreign = 'HTTPRoute,ServiceMonitor,PrometheusRule';
      const args = ['-strict', '-summary', '-output', 'json', '-skip', foreign, ...schemas];
      resources += JSON.parse(run('kubeconform', args, { input })).summary.valid;
    } catch (error) {
      throw new Error(`${name}: ${error.message}`, { cause: error });
    }
  }
  return `${resources} resources of ${Object.keys(texts).length} renderings valid against ${version}`;
}
