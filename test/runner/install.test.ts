import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root, temporaryDirectory } from '../support/server-process.js';

const main = join(root, 'dist/src/runner/main.js');

describe('a runner that is told to install itself', () => {
  it('leaves a directory that runs by itself, also when told twice', () => {
    using place = temporaryDirectory();
    const target = join(place.path, 'glados');
    for (let time = 0; time < 2; time += 1) execFileSync(process.execPath, [main, 'install', target]);
    expect(readdirSync(target).sort()).toEqual(['client', 'node', 'node_modules', 'package.json', 'runner']);
    expect(statSync(join(target, 'node')).mode & 0o111).toBe(0o111);

    const started = spawnSync(join(target, 'node'), [join(target, 'runner/main.js')], { env: {}, encoding: 'utf8' });
    expect(started.stdout).toContain('GLADOS_TOKEN and POD_UID must be set.');
    expect([started.status, started.stderr]).toEqual([1, '']);
  });

  it('says what is in the way, and fails', () => {
    const ended = spawnSync(process.execPath, [main, 'install', '/dev/null/glados'], { encoding: 'utf8' });
    expect(ended.status).toBe(1);
    expect(ended.stdout + ended.stderr).toContain('ENOTDIR');
  });
});
