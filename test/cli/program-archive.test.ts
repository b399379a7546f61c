import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { strFromU8, unzipSync } from 'fflate';
import { packProgram } from '../../src/cli/program-archive.js';

async function fill(place: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await mkdir(join(place, name, '..'), { recursive: true });
    await writeFile(join(place, name), `this is ${name}`);
  }
}

describe('a program that is packed', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'glados-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is its bytes and their digest when it is a file', async () => {
    await writeFile(join(directory, 'hello.sh'), 'hello');
    const packed = await packProgram(join(directory, 'hello.sh'));
    expect(packed.name).toBe('hello.sh');
    expect(packed.sha256).toBe('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');
  });

  it('is a zip without what is not part of it when it is a directory', async () => {
    await fill(directory, [
      'run.py',
      'lib/ä.py',
      'node_modules/a/index.js',
      'results.csv',
      'experiment.yml',
      'lib/results.csv',
      'other.yml',
    ]);
    await fill(directory, ['.git/HEAD', 'lib/__pycache__/a.pyc']);
    await symlink(directory, join(directory, 'lib', 'round'));
    const { name, bytes } = await packProgram(directory, [join(directory, 'other.yml')]);
    expect(name).toBe(`${basename(directory)}.zip`);
    const files = unzipSync(bytes as Uint8Array);
    expect(Object.keys(files)).toEqual(['lib/results.csv', 'lib/ä.py', 'node_modules/a/index.js', 'run.py']);
    expect(strFromU8(files['lib/ä.py'] ?? new Uint8Array())).toBe('this is lib/ä.py');
  });

  it('has the same bytes whenever and in whatever order its files were written', async () => {
    const [one, other] = [join(directory, 'one', 'program'), join(directory, 'other', 'program')];
    await fill(one, ['a.py', 'b/c.py']);
    await fill(other, ['b/c.py', 'a.py']);
    await utimes(join(other, 'a.py'), 1_000_000, 1_000_000);
    expect((await packProgram(one)).sha256).toBe((await packProgram(other)).sha256);
    await chmod(join(other, 'a.py'), 0o755);
    expect((await packProgram(one)).sha256).not.toBe((await packProgram(other)).sha256);
  });
});
