// helm, kustomize, kubeconform and kubectl: on PATH, or in the directory GLADOS_TOOLS/bin.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const chart = join(root, 'deploy/helm/glados');

const toolsDirectory = process.env.GLADOS_TOOLS ?? join(homedir(), '.cache/glados-tools');
export const environment = {
  ...process.env,
  PATH: [process.env.PATH, join(toolsDirectory, 'bin')].filter(Boolean).join(delimiter),
};

/** What a tool prints. @throws Error with what it complains about */
export function run(tool, args, { input } = {}) {
  const { status, stdout, stderr, error } = spawnSync(tool, args, {
    env: environment,
    encoding: 'utf8',
    input,
    maxBuffer: 2 ** 26,
  });
  if (error?.code === 'ENOENT')
    throw new Error(`${tool} is not on PATH, nor in ${join(toolsDirectory, 'bin')} (GLADOS_TOOLS).`);
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${tool} ${args.slice(0, 2).join(' ')}: ${(stderr.trim() || stdout.trim()).slice(-4000)}`);
  return stdout;
}

const started = new Set();

/** Ends every tool that runs: what comes next need not reckon with it. */
export function endTools() {
  for (const child of started) child.kill();
}

/** As `run`, while others go on. Ended after `seconds`. @throws Error with what it complains about */
export async function start(tool, args, { input, seconds = 300 } = {}) {
  const child = spawn(tool, args, { env: environment, signal: AbortSignal.timeout(seconds * 1000) });
  started.add(child);
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'])
    child[stream].setEncoding('utf8').on('data', (text) => (said[stream] += text));
  child.stdin.end(input);
  const [status] = await once(child, 'close').finally(() => started.delete(child));
  if (status !== 0)
    throw new Error(
      `${tool} ${args.slice(0, 4).join(' ')}: ${(said.stderr.trim() || said.stdout.trim()).slice(-4000)}`,
    );
  return said.stdout;
}

export function isThere(tool) {
  return environment.PATH.split(delimiter).some((directory) => existsSync(join(directory, tool)));
}

/** Where kubeconform finds schemas: GLADOS_K8S_SCHEMAS as its -schema-location, or those of a version in the tools' directory. */
export function schemaLocation(version) {
  const { GLADOS_K8S_SCHEMAS: named } = process.env;
  const directory = join(toolsDirectory, 'k8s-schemas', version);
  if (named) return named;
  return existsSync(directory) ? `${directory}/{{ .ResourceKind }}{{ .KindSuffix }}.json` : undefined;
}
