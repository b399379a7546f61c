import { parseObject } from './parse-object.js';
import type { ObjectParser } from './parse-object.js';
import { podWith, spec } from './pod-shape.js';
import { object, Unreadable, word } from './projection.js';
import type { Cursor, Read } from './projection.js';
import { remembered } from './remembered.js';

/**
 * Parses pods, and what a watch says about them, to RawPod: whatever that does not name is never made.
 *
 * Of the 4 to 10 KB of a pod, managedFields, volumes, environment and mounts are
 * most. They are passed over, and not checked to be JSON. Text in another spelling
 * than API servers use is left to JSON.parse; all members are there then.
 */
export function createPodParser(): ObjectParser {
  const pod = podWith(spec);
  const event = object(() => ({ type: undefined, object: undefined }), {
    type: word,
    object: podWith(remembered(spec, uidOf)),
  });
  return {
    object: (bytes) => readAll(bytes, pod),
    event: (bytes) => (isAboutPod(bytes) ? readAll(bytes, event) : parseObject(bytes)),
  };
}

function readAll(bytes: Buffer, read: Read): unknown {
  const cursor: Cursor = { bytes, at: 0 };
  try {
    const made = read(cursor, {});
    if (cursor.at === bytes.length) return made;
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
  }
  return parseObject(bytes);
}

const aboutPod = /^{"type":"(?:ADDED|MODIFIED|DELETED)"/;

/** ERROR carries a Status, and BOOKMARK says all it has to say in an annotation. */
function isAboutPod(bytes: Buffer): boolean {
  return aboutPod.test(bytes.toString('latin1', 0, 20));
}

function uidOf({ metadata }: { readonly metadata?: unknown }): string | undefined {
  return (metadata as { readonly uid?: string } | undefined)?.uid;
}
