// Builds everything that runs: generated types, dist/, and the web pages. With --if-stale only when a source is newer than the last build.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'dist', '.built');
const sources = ['schema.graphql', 'codegen.yml', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'src'];

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  const entries = readdirSync(path).filter((name) => name !== 'generated');
  return Math.max(stat.mtimeMs, ...entries.map((name) => newest(join(path, name))));
}

function isFresh() {
  const built = statSync(stamp, { throwIfNoEntry: false });
  return built !== undefined && sources.every((path) => newest(join(root, path)) <= built.mtimeMs);
}

function run(name, ...args) {
  const bin = join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);
  try {
    execFileSync(bin, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  } catch (error) {
    process.stderr.write(
      `${error.stdout ?? ''}${error.stderr ?? ''}\nBuilding stopped at: ${name} ${args.join(' ')}\n`,
    );
    process.exit(1);
  }
}

if (process.argv.includes('--if-stale') && isFresh()) process.exit(0);
process.stderr.write('Building (a minute the first time) …\n');
rmSync(join(root, 'dist'), { recursive: true, force: true });
run('graphql-codegen', '--config', 'codegen.yml');
run('tsc', '-p', 'tsconfig.build.json');
run('vite', 'build', '--config', 'src/web/vite.config.ts', '--logLevel', 'error');
mkdirSync(join(root, 'dist'), { recursive: true });
writeFileSync(stamp, '');
