import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { strToU8, zipSync } from 'fflate';
import { findKind } from '../../src/runner/program-kind.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'program-kind-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

async function kindOf(name: string, content: string | Uint8Array): Promise<string | undefined> {
  const path = join(directory, name);
  writeFileSync(path, content);
  return findKind(path);
}

describe('The kind of a program', () => {
  it.each<[string, string, string | undefined]>([
    ['x', '#!/usr/bin/env python3\n', 'PYTHON'],
    ['x', '#!/usr/bin/env node\n', 'NODE'],
    ['x', '#!/bin/bash\necho', 'SHELL'],
    ['x', '#!/usr/bin/perl\n', 'BINARY'],
    ['x', '#!/bin/sh', 'SHELL'],
    ['x', 'import numpy as np\nprint(1)\n', 'PYTHON'],
    ['x', 'from os import path\n', 'PYTHON'],
    ['x.txt', 'def main():\n  pass\n', 'PYTHON'],
    ['x', "import fs from 'node:fs';\n", 'NODE'],
    ['x', "const fs = require('fs')\n", 'NODE'],
    ['x', '\x7fELF\x02\x01', 'BINARY'],
    ['x.py', 'print(1)\n', 'PYTHON'],
    ['x.JS', 'console.log(1)\n', 'NODE'],
    ['x.sh', 'echo hello\n', 'SHELL'],
    ['x.py', "const fs = require('fs')\n", 'NODE'],
    ['x', 'echo hello\n', undefined],
    ['x', '', undefined],
  ])('of %s that holds %j is %s', async (name, content, kind) => {
    expect(await kindOf(name, content)).toBe(kind);
  });

  it('of an archive is told by its manifest, whatever its name', async () => {
    const jar = zipSync({ 'META-INF/MANIFEST.MF': strToU8('Manifest-Version: 1.0\n'), 'A.class': strToU8('x') });
    expect(await kindOf('x.zip', jar)).toBe('JAVA');
    expect(await kindOf('x.jar', zipSync({ 'main.py': strToU8('x') }))).toBe('ZIP');
  });
});
