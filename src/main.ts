#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PortBusyError } from './api/http/refusal.js';
import { startLab, type Lab } from './compose.js';
import { readConfig, usage, UsageError, type Config } from './config.js';
import { UnfitError } from './store/unfit.js';

/** Starts everything, says where it is, and takes it down at the first Ctrl-C; the second one kills. */
async function main(): Promise<void> {
  const config = readConfig(process.argv.slice(2));
  if (config === 'help') {
    process.stdout.write(usage);
    return;
  }
  const lab = await startLab(config);
  const addressFile = join(lab.dataDirectory, 'server.json');
  writeFileSync(addressFile, `${JSON.stringify({ url: `${lab.url}/graphql`, pid: process.pid })}\n`);
  process.stdout.write(banner(lab, config));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(130));
      process.stderr.write('\nStopping: experiments that run go on at the next start. Again to kill.\n');
      rmSync(addressFile, { force: true });
      lab[Symbol.asyncDispose]().then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
    });
  }
}

function banner(lab: Lab, config: Config): string {
  const rows = [
    ['GraphQL', `${lab.url}/graphql`],
    ['GraphiQL', `${lab.url}/graphiql`],
    ['Health', `${lab.url}/readyz?verbose`],
    ...(lab.metricsUrl === undefined ? [] : [['Metrics', lab.metricsUrl]]),
    ['Database', config.mongodbUri === undefined ? 'local, in the data directory' : 'MONGODB_URI'],
    ['Kubernetes', lab.kubeconfigPath === undefined ? 'KUBECONFIG' : `KUBECONFIG=${lab.kubeconfigPath}`],
    ['Data', config.ephemeral ? `${lab.dataDirectory} (goes at the end)` : lab.dataDirectory],
    ...(podsCannotReach(config)
      ? [['Careful', 'pods of this cluster cannot reach 127.0.0.1: name an address with --host and GLADOS_API_URL']]
      : []),
    [
      'Access',
      config.administratorToken === undefined
        ? 'no login: whoever reaches this address may do everything'
        : 'with the administrator token only: GLADOS_TOKEN or --token for the commands',
    ],
  ];
  const lines = rows.map(([name = '', value]) => `  ${name.padEnd(12)}${value}`);
  // Pods of a real cluster have the runner image's Python, not this machine's.
  const example =
    config.cluster !== undefined || pythonIsThere() ? 'examples/add-numbers' : 'examples/add-numbers-node';
  const server = `--server ${lab.url}/graphql`;
  return [
    'GLADOS is ready.',
    '',
    ...lines,
    '',
    'Try an example in another terminal:',
    `  npm run glados -- run ${example} ${server}`,
    ...(example.endsWith('node') ? ['  (python3 is not installed here: Python programs will not run)'] : []),
    '',
    'Ctrl-C stops.',
    '',
  ].join('\n');
}

/** True when Jobs run on a real cluster, and runners would be told an address of this machine alone. */
function podsCannotReach({ cluster, apiUrl, host }: Config): boolean {
  return cluster !== undefined && apiUrl === undefined && /^(127\.|localhost$|::1$)/.test(host);
}

function pythonIsThere(): boolean {
  return spawnSync('python3', ['--version'], { stdio: 'ignore' }).status === 0;
}

function fail(error: unknown): never {
  const expected = error instanceof UsageError || error instanceof PortBusyError || error instanceof UnfitError;
  if (expected) process.stderr.write(`${error.message}\n`);
  else if (isDiskFull(error))
    process.stderr.write('The disk is full. Make room and start again: what was recorded is kept.\n');
  else process.stderr.write(`${String((error as Error).stack ?? error)}\n`);
  process.exit(expected ? 2 : 1);
}

/** ENOSPC of the system, SQLITE_FULL of a stand-in's file. */
function isDiskFull(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'ENOSPC' || code === 'SQLITE_FULL';
}

// A stand-in that cannot write cannot go on: stopping loses nothing, since whatever was answered is on the disk.
process.on('uncaughtException', fail);
await main().catch(fail);
