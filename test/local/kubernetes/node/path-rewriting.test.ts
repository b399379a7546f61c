import { describe, expect, it } from '@jest/globals';
import { createPathRewriting } from '../../../../src/local/kubernetes/node/path-rewriting.js';

describe('path rewriting', () => {
  const rewrite = createPathRewriting([
    { mountPath: '/scratch', realPath: '/pods/1/volumes/scratch' },
    { mountPath: '/scratch/secret', realPath: '/pods/1/volumes/secret' },
    { mountPath: '/a.b+c', realPath: '/pods/1/volumes/odd' },
  ]);

  it.each([
    ['/scratch', '/pods/1/volumes/scratch'],
    ['cd /scratch && ls /scratchs', 'cd /pods/1/volumes/scratch && ls /scratchs'],
    ['--dir=/scratch/in,/scratch/out', '--dir=/pods/1/volumes/scratch/in,/pods/1/volumes/scratch/out'],
    ['PATH=/bin:/scratch/bin', 'PATH=/bin:/pods/1/volumes/scratch/bin'],
    ['cat "/scratch/x" \'/scratch/y\'', 'cat "/pods/1/volumes/scratch/x" \'/pods/1/volumes/scratch/y\''],
    ['the end of /scratch.', 'the end of /pods/1/volumes/scratch.'],
    ['file:///scratch/x', 'file:///scratch/x'],
  ])('puts real paths into %s', (text, rewritten) => {
    expect(rewrite(text)).toBe(rewritten);
  });

  it.each([
    'http://host/scratch/x',
    '/data/scratch',
    './scratch',
    '/scratch-2',
    '/scratch_2',
    '/scratchä',
    '/scratch.d',
    'homework',
  ])('leaves %s alone', (text) => expect(rewrite(text)).toBe(text));

  it('takes the longest mount', () => {
    expect(rewrite('/scratch/secret/key /scratch/secrets')).toBe(
      '/pods/1/volumes/secret/key /pods/1/volumes/scratch/secrets',
    );
  });

  it('takes a mount path literally, whatever characters it is made of', () => {
    expect(rewrite('/a.b+c/d /aXb+c')).toBe('/pods/1/volumes/odd/d /aXb+c');
  });
});
