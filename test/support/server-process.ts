import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NodeSocket } from '../../src/cli/node-socket.js';
import { createClient, type GladosClient } from '../../src/client/client.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A server as a user starts it: a process of its own. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly kubeconfigPath: string;
  readonly client: GladosClient;
  readonly stdout: string;
  /** What it logged. */
  readonly stderr: string;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Ends it as Ctrl-C does. @returns its exit code */
  stop(): Promise<number | null>;
}

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A directory of the test's own, which goes with it. */
export function temporaryDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'glados-e2e-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 10 }) };
}

/** Starts `npm start`'s program and waits until it says that it is ready. */
export async function startServer(
  args: readonly string[] = ['--ephemeral'],
  port = 0,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['dist/src/main.js', '--port', String(port), ...args], {
    cwd: root,
    env: { ...serverEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const ended = once(child, 'exit') as Promise<[number | null]>;
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', () => output.stdout.includes('Ctrl-C stops.') && resolve());
    void ended.then(() => reject(new Error(`The server did not start: ${output.stderr}`)));
  });
  const url = /GraphQL\s+(\S+)/.exec(output.stdout)?.[1] ?? '';
  const client = createClient({ url, webSocket: NodeSocket });
  const end = async (signal: NodeJS.Signals) => {
    await client[Symbol.asyncDispose]();
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const [code] = await ended;
    return code;
  };
  return {
    url,
    client,
    pid: child.pid ?? 0,
    kubeconfigPath: /KUBECONFIG=(\S+)/.exec(output.stdout)?.[1] ?? '',
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGINT'),
    [Symbol.asyncDispose]: async () => void (await end('SIGINT')),
  };
}

/** Runs one of the programs to its end. */
export async function runProgram(script: string, args: readonly string[], cwd = root): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, 'dist/src', script), ...args], {
    cwd,
    env: serverEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, ...output };
}

function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  return output;
}

/** Nothing of the caller's own cluster or database may leak into a test. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR ? { TMPDIR } : {}), NO_COLOR: '1' };
}
