import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ResultsDocument } from '../../src/client/generated/graphql.js';
import { isWhole, submitted, treeWhen, uploadProgram } from '../support/experiments.js';
import { temporaryDirectory } from '../support/server-process.js';
import { openCluster, type Cluster } from './cluster.js';
import { install, type Installation } from './installation.js';
import { plainImage, startProduct, type Product } from './product.js';

const settings = temporaryDirectory();
let cluster: Cluster;
let installation: Installation;
let product: Product;

beforeAll(async () => {
  const path = join(settings.path, 'job-settings.yaml');
  writeFileSync(
    path,
    `serviceAccountName: glados-runner
scratchSize: 64Mi
ttlSecondsAfterFinished: 600
limits: { cpu: '1', memory: 512Mi }
tolerations: [{ key: batch, operator: Exists, effect: NoSchedule }]
affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms: [{ matchExpressions: [{ key: kubernetes.io/os, operator: In, values: [linux] }] }]
`,
  );
  cluster = openCluster();
  installation = await install(cluster);
  product = await startProduct(cluster, installation, { GLADOS_JOB_SETTINGS: path });
}, 120_000);
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  await installation?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
  settings[Symbol.dispose]();
}, 60_000);

/** Writes which of the interpreters that GLADOS itself needs the image has. */
const program = `#!/bin/sh
echo "trial \${GLADOS_TRIAL} of $(id -u)"
printf 'node,home\\n%s,%s\\n' "$(command -v node || echo none)" "$HOME" > results.csv
`;

interface RawPod {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  readonly spec: { readonly containers: readonly { readonly image: string; readonly args?: readonly string[] }[] };
  readonly status: { readonly phase: string };
}

describe('an experiment with an image of its own, without Node, on a real cluster', () => {
  it('runs under Pod Security restricted and the settings of the operator to the end', async () => {
    const id = await submitted(product.client, {
      name: 'own 🚀 image',
      program: { fileId: await uploadProgram(product.client, 'tell.sh', program), image: plainImage },
      parameters: [{ integer: { name: 'n', min: 1, max: 6, step: 1 } }],
      resultFile: 'results.csv',
      workers: 2,
    });
    const tree = await treeWhen(product.client, id, isWhole);
    expect(tree.experiment).toMatchObject({ phase: 'SUCCEEDED', counts: { total: 6, succeeded: 6 } });
    const { experiment } = await product.client.request(ResultsDocument, { id, first: 10, after: null });
    expect(experiment?.results.rows.map((row) => row.slice(1, 3))).toEqual(
      Array.from({ length: 6 }, () => ['none', '/work']),
    );

    const selector = encodeURIComponent(`glados.io/experiment=${id}`);
    const { items } = await cluster.get<{ items: RawPod[] }>(
      `/api/v1/namespaces/${installation.runners}/pods?labelSelector=${selector}`,
    );
    expect(items.length).toBe(2);
    for (const { metadata, spec } of items) {
      expect(metadata.annotations).toMatchObject({
        'glados.io/owner': 'local',
        'glados.io/experiment-name': 'own 🚀 image',
      });
      expect(spec.containers[0]).toMatchObject({ image: plainImage });
      expect(JSON.stringify(spec)).not.toContain('gld_');
    }
  }, 120_000);
});

describe('an operator’s settings that Kubernetes does not take', () => {
  it('are told on the experiment, with the path of the field', async () => {
    const path = join(settings.path, 'misspelt.yaml');
    writeFileSync(path, 'affinity: { nodeAffinity: { requiredDuringScheduling: {} } }\n');
    await using other = await startProduct(cluster, installation, { GLADOS_JOB_SETTINGS: path });
    const id = await submitted(other.client, {
      name: 'refused',
      program: { fileId: await uploadProgram(other.client, 'tell.sh', program) },
      parameters: [{ integer: { name: 'n', min: 1, max: 2, step: 1 } }],
      resultFile: 'results.csv',
    });
    const tree = await treeWhen(other.client, id, ({ experiment }) => experiment?.diagnosis != null);
    expect(tree.experiment?.diagnosis?.message).toContain(
      'unknown field "spec.template.spec.affinity.nodeAffinity.requiredDuringScheduling"',
    );
  }, 120_000);
});
