import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { existsSync, readFileSync } from 'node:fs';
import { root } from '../support/server-process.js';

/** A controller's key pair, as files. */
export interface SealingKey {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Made by openssl, as an operator makes one of his own. */
export function makeSealingKey(directory: string, name: string): SealingKey {
  const [privateKey, certificate] = [join(directory, `${name}.key`), join(directory, `${name}.crt`)];
  const request = ['req', '-x509', '-nodes', '-newkey', 'rsa:2048', '-days', '1', '-subj', `/CN=${name}`];
  const made = spawnSync('openssl', [...request, '-keyout', privateKey, '-out', certificate], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  return { certificate, privateKey };
}

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm run secrets -- ...args`; programs of `folder` come before others of the same name. */
export function secrets(args: readonly string[], input?: string, folder?: string): Ran {
  const program = join(root, 'scripts', 'secrets.mjs');
  return spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    ...(input === undefined ? {} : { input }),
    ...(folder === undefined
      ? {}
      : { env: { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH ?? ''}` } }),
  });
}

/** Where a program of this name is on the PATH; undefined when it is not installed. */
export function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

export const contents = (path: string) => readFileSync(path, 'utf8');
