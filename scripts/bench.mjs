// Measures against bars: npm run bench -- watch cache sync faults   (all programs of test/bench when none is named)
// Compiles src and test on the fly and runs each program of test/bench that is named; each prints one table.
// The exit code says whether every bar was met.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFileSync } from '@swc/core';

const root = fileURLToPath(new URL('..', import.meta.url));
const programs = readdirSync(join(root, 'test', 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !programs.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no bench "${unknown.join('", "')}". There are: ${programs.join(', ')}.\n`);
  process.exit(2);
}

// Inside node_modules, so that packages are found from there.
const out = join(root, 'node_modules', '.cache', `glados-bench-${process.pid}`);
const options = {
  jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
  module: { type: 'es6' },
  sourceMaps: 'inline',
};
let missed = 0;
try {
  for (const folder of ['src', 'test']) {
    for (const file of readdirSync(join(root, folder), { recursive: true })) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts') || file.endsWith('.d.ts')) continue;
      const target = join(out, folder, file.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, transformFileSync(join(root, folder, file), options).code);
    }
  }
  writeFileSync(join(out, 'package.json'), '{"type":"module"}');
  for (const name of asked.length > 0 ? asked : programs) {
    const { status } = spawnSync(process.execPath, ['--expose-gc', join(out, 'test', 'bench', `${name}.js`)], {
      cwd: root,
      stdio: 'inherit',
    });
    if (status !== 0) missed += 1;
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}
process.exit(missed === 0 ? 0 : 1);
