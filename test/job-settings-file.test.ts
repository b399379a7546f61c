import { afterAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../src/config.js';
import { readJobSettings } from '../src/job-settings-file.js';
import { temporaryDirectory } from './support/server-process.js';

const directory = temporaryDirectory();
afterAll(() => directory[Symbol.dispose]());

function file(text: string): string {
  const path = join(directory.path, 'job-settings.yaml');
  writeFileSync(path, text);
  return path;
}

describe('the file of GLADOS_JOB_SETTINGS', () => {
  it('gives what it says, in YAML or in JSON', () => {
    const yaml = `
imagePullSecrets: [registry]
activeDeadlineSeconds: 86400
scratchSize: 1.5Gi
limits: { cpu: '4', memory: 8Gi, ephemeral-storage: 20Gi }
queueName: team-a
nodeSelector: { disk: fast, 'node.kubernetes.io/pool': '7' }
tolerations: [{ key: gpu, operator: Exists, effect: NoSchedule }]
affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } }
`;
    const settings = {
      imagePullSecrets: ['registry'],
      activeDeadlineSeconds: 86_400,
      scratchSize: '1.5Gi',
      limits: { cpu: '4', memory: '8Gi', 'ephemeral-storage': '20Gi' },
      queueName: 'team-a',
      nodeSelector: { disk: 'fast', 'node.kubernetes.io/pool': '7' },
      tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }],
      affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
    };
    expect(readJobSettings(file(yaml))).toEqual(settings);
    expect(readJobSettings(file(JSON.stringify(settings)))).toEqual(settings);
    expect(readJobSettings(file('# nothing yet\n'))).toEqual({});
  });

  it.each([
    ['nodeselector: {}', /^nodeselector is no setting\. Known are imagePullPolicy, /],
    ['runnerImage: x', /^runnerImage is no setting/],
    ['tolerations: [{ key: a }, { kee: b }]', /^tolerations\[1\]\.kee is no setting\. Known are key, operator, /],
    ['affinity: { nodeAfinity: {} }', /^affinity\.nodeAfinity is no setting/],
    ['constructor: 1', /^constructor is no setting/],
    ['nodeSelector: { gpu: true }', /^nodeSelector\.gpu has to be the value of a label .*, and is true\.$/],
    ['scratchSize: 2gb', /^scratchSize has to be a Kubernetes quantity above 0, .*, and is "2gb"\.$/],
    ['limits: { cpu: 4 }', /^limits\.cpu has to be a Kubernetes quantity above 0, in quotes .*, and is 4\.$/],
    ['limits: { gpu: "1" }', /^limits\.gpu is no setting\. Known are cpu, memory, ephemeral-storage\.$/],
    [
      'activeDeadlineSeconds: 1.5',
      /^activeDeadlineSeconds has to be a whole number from 1 to 2147483647, and is 1\.5\.$/,
    ],
    ['ttlSecondsAfterFinished: 0', /^ttlSecondsAfterFinished has to be a whole number from 30 /],
    ['imagePullPolicy: always', /^imagePullPolicy has to be one of Always, IfNotPresent, Never, and is "always"\.$/],
    ['imagePullSecrets: registry', /^imagePullSecrets has to be a list, and is "registry"\.$/],
    ['queueName:', /^queueName has to be the name of a Kubernetes object, and is null\.$/],
    ['- a', /^The file has to be a mapping, and is a list\.$/],
    ['a: [', /^It cannot be read: /],
  ])('is refused with the path of what is wrong: %s', (text, message) => {
    expect(() => readJobSettings(file(text))).toThrow(message);
  });

  it('ends the start with one sentence that names the variable and the file', () => {
    const path = file('ttl: 60');
    expect(() => readConfig([], { GLADOS_JOB_SETTINGS: path })).toThrow(
      new RegExp(`^GLADOS_JOB_SETTINGS=${path}: ttl is no setting\\.`),
    );
    const missing = join(directory.path, 'missing.yaml');
    expect(() => readConfig([], { GLADOS_JOB_SETTINGS: missing })).toThrow(
      `GLADOS_JOB_SETTINGS=${missing}: There is no such file.`,
    );
    expect(readConfig([], {})).toMatchObject({ jobChoices: {} });
  });
});
