import { hash } from 'node:crypto';
import type { Turn } from './turn.js';

/** One object as one selection reads. */
export interface Rendering {
  /** JSON. */
  readonly text: string;
  /** Equal only for equal texts; short, so that each object costs little to remember. */
  readonly fingerprint: string;
}

/**
 * What objects became in this turn of the event loop, for groups that differ
 * in which objects they are about and not in what they say of one: a change that
 * concerns a thousand of them is executed once.
 *
 * Forgotten at the end of the turn: an answer may hold more than its object.
 */
export class Renderings {
  /** How many groups use it. */
  groups = 0;
  readonly #turn: Turn;
  readonly #byName = new Map<string, Map<unknown, Rendering>>();

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  /** @param name Of the field in the message. */
  get(name: string, object: unknown): Rendering | undefined {
    return this.#byName.get(name)?.get(object);
  }

  keep(name: string, object: unknown, text: string): Rendering {
    if (this.#byName.size === 0) this.#turn.deliverAtEnd(() => this.#byName.clear());
    const rendering = { text, fingerprint: fingerprintOf(text) };
    const ofName = this.#byName.get(name) ?? new Map<unknown, Rendering>();
    this.#byName.set(name, ofName.set(object, rendering));
    return rendering;
  }
}

function fingerprintOf(text: string): string {
  return text.length <= 48 ? text : hash('sha256', text, 'base64');
}
