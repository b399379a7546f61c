import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kubeconfig } from '../../cluster/api-server.js';

/** Starts a program of this folder on one core, where the system can do that, and with a way to send messages. */
export function startOn(core: number, program: string, args: readonly string[]): ChildProcess {
  const path = fileURLToPath(new URL(`${program}.js`, import.meta.url));
  const flags = ['--expose-gc', '--max-old-space-size=6000'];
  if (process.platform !== 'linux') return fork(path, args, { execArgv: flags });
  return spawn('taskset', ['-c', String(core), process.execPath, ...flags, path, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** @throws Error when the process ends before it says anything */
export function messageOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const heard = (message: unknown): void => {
      settle();
      resolve(message as T);
    };
    const failed = (error: Error): void => {
      settle();
      reject(error);
    };
    const ended = (code: number | null): void => failed(new Error(`a process of the bench ended with ${code}`));
    const settle = (): void => void child.off('message', heard).off('error', failed).off('exit', ended);
    child.on('message', heard).on('error', failed).on('exit', ended);
  });
}

/** A scripted API server in a process of its own on core 0; `use` gets the kubeconfig that names it. */
export async function withServer<T>(pods: number, use: (kubeconfigPath: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-'));
  const server = startOn(0, 'server', [String(pods)]);
  try {
    const { port } = await messageOf<{ port: number }>(server);
    const path = join(directory, 'kubeconfig');
    writeFileSync(path, kubeconfig(`http://127.0.0.1:${port}`, { 'insecure-skip-tls-verify': true }));
    return await use(path);
  } finally {
    server.kill();
    rmSync(directory, { recursive: true });
  }
}

/** Runs one measurement on core 1 and gives what it reports. */
export async function measure<T>(program: string, args: readonly string[]): Promise<T> {
  const child = startOn(1, program, args);
  try {
    return await messageOf<T>(child);
  } finally {
    child.kill();
  }
}
