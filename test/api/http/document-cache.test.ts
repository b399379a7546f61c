import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { createDocumentCache } from '../../../src/api/http/document-cache.js';

const document = (name: string, length: number) => parse(`{ ${name} }`.padEnd(length));

describe('the cache of documents', () => {
  it('forgets the least recently used when the texts grow too long', () => {
    const cache = createDocumentCache(1_000);
    for (let i = 0; i < 10; i += 1) cache.set(`d${i}`, document(`d${i}`, 100));
    cache.get('d0');
    cache.set('d10', document('d10', 100));
    expect(cache.get('d1')).toBeUndefined();
    expect(cache.get('d0')?.loc?.source.body.trim()).toBe('{ d0 }');
    expect(cache.get('d10')?.loc?.source.body.trim()).toBe('{ d10 }');
  });

  it('keeps no document longer than a tenth of itself', () => {
    const cache = createDocumentCache(1_000);
    cache.set('large', document('large', 101));
    expect(cache.get('large')).toBeUndefined();
  });

  it('finds a document by its text too, for as long as it keeps it', () => {
    const cache = createDocumentCache(1_000);
    const texts = Array.from({ length: 11 }, (_, i) => `{ d${i} }`.padEnd(100));
    for (const [i, text] of texts.slice(0, 10).entries()) cache.set(`d${i}`, parse(text));
    expect(cache.ofText(texts[0] ?? '')?.hash).toBe('d0');
    cache.set('d10', parse(texts[10] ?? ''));
    expect(texts.map((text) => cache.ofText(text)?.hash)).toEqual(
      texts.map((_text, i) => (i === 1 ? undefined : `d${i}`)),
    );
  });
});
