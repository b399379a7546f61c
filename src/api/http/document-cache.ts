import { createHash } from 'node:crypto';
import type { DocumentNode } from 'graphql';

export interface KnownDocument {
  readonly document: DocumentNode;
  /** As `hashOf` gives it. */
  readonly hash: string;
}

/** Documents that were parsed and found valid, by the hash of their text. Validity depends on no viewer, so all share them. */
export interface DocumentCache {
  get(hash: string): DocumentNode | undefined;
  /** The same by the text: thousands of subscribers send one, and hashing it costs more than looking it up. */
  ofText(text: string): KnownDocument | undefined;
  /** May keep nothing: a document as large as the whole cache is not worth keeping. */
  set(hash: string, document: DocumentNode): void;
}

/** SHA-256, hex: the hash that Apollo uses too, so that both paths find each other's documents. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Forgets the least recently used documents when their texts together pass `capacityCharacters`. */
export function createDocumentCache(capacityCharacters = 1_000_000): DocumentCache {
  const byHash = new Map<string, KnownDocument>();
  const byText = new Map<string, KnownDocument>();
  const textOf = ({ document }: KnownDocument) => document.loc?.source.body;
  const weigh = (known: KnownDocument) => textOf(known)?.length ?? capacityCharacters;
  let held = 0;

  function touch(known: KnownDocument | undefined): KnownDocument | undefined {
    if (known) {
      byHash.delete(known.hash);
      byHash.set(known.hash, known);
    }
    return known;
  }
  function forget(known: KnownDocument): void {
    byHash.delete(known.hash);
    byText.delete(textOf(known) ?? '');
    held -= weigh(known);
  }
  return {
    get: (hash) => touch(byHash.get(hash))?.document,
    ofText: (text) => touch(byText.get(text)),
    set(hash, document) {
      const known = { document, hash };
      if (byHash.has(hash) || weigh(known) > capacityCharacters / 10) return;
      byHash.set(hash, known);
      byText.set(textOf(known) ?? '', known);
      held += weigh(known);
      for (const oldest of byHash.values()) {
        if (held <= capacityCharacters) break;
        forget(oldest);
      }
    },
  };
}
