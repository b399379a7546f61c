import { describe, expect, it } from '@jest/globals';
import { createPathRewriting } from '../../../../src/local/kubernetes/node/path-rewriting.js';

describe('path rewriting', () => {
  const rewrite = createPathRewriting([
    { mountPath: '/work', realPath: '/pods/1/volumes/work' },
    { mountPath: '/work/secret', realPath: '/pods/1/volumes/secret' },
    { mountPath: '/a.b+c', realPath: '/pods/1/volumes/odd' },
  ]);

  it.each([
    ['/work', '/pods/1/volumes/work'],
    ['cd /work && ls /works', 'cd /pods/1/volumes/work && ls /works'],
    ['--dir=/work/in,/work/out', '--dir=/pods/1/volumes/work/in,/pods/1/volumes/work/out'],
    ['PATH=/bin:/work/bin', 'PATH=/bin:/pods/1/volumes/work/bin'],
    ['cat "/work/x" \'/work/y\'', 'cat "/pods/1/volumes/work/x" \'/pods/1/volumes/work/y\''],
    ['the end of /work.', 'the end of /pods/1/volumes/work.'],
    ['file:///work/x', 'file:///work/x'],
  ])('puts real paths into %s', (text, rewritten) => {
    expect(rewrite(text)).toBe(rewritten);
  });

  it.each(['http://host/work/x', '/data/work', './work', '/work-2', '/work_2', '/workä', '/work.d', 'homework'])(
    'leaves %s alone',
    (text) => expect(rewrite(text)).toBe(text),
  );

  it('takes the longest mount', () => {
    expect(rewrite('/work/secret/key /work/secrets')).toBe('/pods/1/volumes/secret/key /pods/1/volumes/work/secrets');
  });

  it('takes a mount path literally, whatever characters it is made of', () => {
    expect(rewrite('/a.b+c/d /aXb+c')).toBe('/pods/1/volumes/odd/d /aXb+c');
  });
});
