import type { Ask, Touch } from '../../../src/stream/timeline.js';

export interface Thing {
  readonly id: string;
  readonly group: 'ours' | 'theirs';
  /** `waiting` is what a replica adds a note of its own to. */
  readonly phase: 'waiting' | 'running' | 'ended';
  /** Grows with every change of the source: order per object shows in it. */
  readonly version: number;
  readonly note?: string;
}

export interface Entry {
  readonly position: string;
  readonly id: string;
  /** Absent when it went. */
  readonly thing?: Thing;
  readonly last?: Thing;
}

/** A database or a cluster: what is true, what happened, and how much of that it still remembers. */
export class Source {
  readonly origin: string;
  readonly state = new Map<string, Thing>();
  readonly log: Entry[] = [];
  isDown = false;
  #forgotten = '';

  constructor(origin: string) {
    this.origin = origin;
    this.#write({ id: 'beginning' });
  }

  get head(): string {
    return positionAt(this.log.length);
  }

  put(id: string, group: Thing['group'], phase: Thing['phase']): void {
    const thing = { id, group, phase, version: this.log.length + 1 };
    this.state.set(id, thing);
    this.#write({ id, thing });
  }

  remove(id: string): void {
    const last = this.state.get(id);
    if (!last) return;
    this.state.delete(id);
    this.#write({ id, last });
  }

  /** Forgets what was before the last `kept` changes. */
  compact(kept: number): void {
    this.#forgotten = positionAt(Math.max(1, this.log.length - kept));
  }

  readonly replay: Ask = async (from) => {
    if (this.isDown || !this.log.some(({ position }) => position === from)) return 'unknown';
    if (from < this.#forgotten) return 'expired';
    const touches = this.log
      .filter(({ position }) => position > from)
      .map(({ position, id, last }): Touch => ({ position, key: id, ...(last && { last }) }));
    return { touches, through: this.head };
  };

  #write(entry: Omit<Entry, 'position'>): void {
    this.log.push({ ...entry, position: positionAt(this.log.length + 1) });
  }
}

export function positionAt(count: number): string {
  return String(count).padStart(6, '0');
}
