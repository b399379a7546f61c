import { chmodSync, constants, copyFileSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the runner needs from outside its own code. */
const packageNames = ['csv-parse'];

/**
 * Puts this runner and the Node that runs it below `target`, so that a container
 * of another image can start it: `TARGET/node TARGET/runner/main.js`.
 *
 * That image needs glibc and libstdc++, as this Node does, and nothing else of
 * ours. May be repeated: an init container may run twice.
 *
 * @throws the file system's own errors, such as ENOSPC
 */
export function installRunner(target: string): void {
  const code = dirname(dirname(fileURLToPath(import.meta.url)));
  mkdirSync(target, { recursive: true });
  for (const part of ['runner', 'client']) copyTree(join(code, part), join(target, part));
  for (const name of packageNames) copyTree(packageDirectory(name, code), join(target, 'node_modules', name));
  writeFileSync(join(target, 'package.json'), '{"type":"module"}\n');
  const node = join(target, 'node');
  copyFileSync(process.execPath, node, constants.COPYFILE_FICLONE);
  chmodSync(node, 0o755);
}

function copyTree(from: string, to: string): void {
  cpSync(from, to, { recursive: true, dereference: true, force: true, filter: isNeeded });
}

function isNeeded(path: string): boolean {
  return !/\.(?:map|d\.ts)$/.test(path);
}

/** The installed package that code in `directory` gets by that name. */
function packageDirectory(name: string, directory: string): string {
  const found = join(directory, 'node_modules', name);
  if (existsSync(found)) return found;
  const parent = dirname(directory);
  if (parent === directory) throw new Error(`The package ${name} is not installed beside the runner.`);
  return packageDirectory(name, parent);
}
