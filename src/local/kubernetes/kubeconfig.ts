import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { makeIdentity } from './certificate.js';
import type { Identity } from './certificate.js';
import { at } from './kinds/reading.js';

/** What clients trust and what they are trusted by. */
export interface Credentials extends Identity {
  readonly token: string;
}

/** The credentials of this cluster: made once, kept in `directory`, readable by their owner only. */
export async function keptCredentials(directory: string): Promise<Credentials> {
  const file = join(directory, 'credentials');
  try {
    return parse(await readFile(file, 'utf8')) as Credentials;
  } catch (error) {
    if (at(error, 'code') !== 'ENOENT') throw error;
  }
  const credentials = { ...makeIdentity(new Date()), token: randomBytes(32).toString('base64url') };
  await writeWhole(file, stringify(credentials));
  return credentials;
}

/** Writes the kubeconfig (mode 0600) for `kubectl --kubeconfig`, and returns its path. */
export async function writeKubeconfig(directory: string, url: string, credentials: Credentials): Promise<string> {
  const name = 'glados-local';
  const path = join(directory, 'kubeconfig');
  const authority = Buffer.from(credentials.certificate).toString('base64');
  await writeWhole(
    path,
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': name,
      contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
      clusters: [{ name, cluster: { server: url, 'certificate-authority-data': authority } }],
      users: [{ name, user: { token: credentials.token } }],
    }),
  );
  return path;
}

/** All or nothing: a reader never sees half a file. */
async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
