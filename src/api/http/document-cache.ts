import { createHash } from 'node:crypto';
import type { DocumentNode } from 'graphql';

/** Documents that were parsed and found valid, by the hash of their text. Validity depends on no viewer, so all share them. */
export interface DocumentCache {
  get(hash: string): DocumentNode | undefined;
  /** May keep nothing: a document as large as the whole cache is not worth keeping. */
  set(hash: string, document: DocumentNode): void;
}

/** SHA-256, hex: the hash that Apollo uses too, so that both paths find each other's documents. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Forgets the least recently used documents when their texts together pass `capacityCharacters`. */
export function createDocumentCache(capacityCharacters = 1_000_000): DocumentCache {
  const documents = new Map<string, DocumentNode>();
  const weigh = (document: DocumentNode) => document.loc?.source.body.length ?? capacityCharacters;
  let held = 0;
  return {
    get(hash) {
      const document = documents.get(hash);
      if (document) {
        documents.delete(hash);
        documents.set(hash, document);
      }
      return document;
    },
    set(hash, document) {
      if (documents.has(hash) || weigh(document) > capacityCharacters / 10) return;
      documents.set(hash, document);
      held += weigh(document);
      for (const [oldest, forgotten] of documents) {
        if (held <= capacityCharacters) break;
        documents.delete(oldest);
        held -= weigh(forgotten);
      }
    },
  };
}
