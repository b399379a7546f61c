import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { root } from '../support/server-process.js';

const chart = join(root, 'deploy/helm/glados');

/** As scripts/render-deploy.mjs writes it beside what it rendered. */
export function chartHash(): string {
  const hash = createHash('sha256');
  const files = readdirSync(chart, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of files.map(({ parentPath, name }) => join(parentPath, name).slice(chart.length + 1)).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(chart, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** The path of every value that is no mapping, or an empty one. */
export function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  const entries = Object.entries(value);
  return entries.length === 0 ? [path] : entries.flatMap(([key, next]) => pathsOf(next, [...path, key]));
}

export async function scriptSays(...args: readonly string[]): Promise<{ exitCode: number | null; stderr: string }> {
  const child = spawn(process.execPath, [...args], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  const stderr = text(child.stderr);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stderr: await stderr };
}
