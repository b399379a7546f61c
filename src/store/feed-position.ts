import { Timestamp } from 'mongodb';

/**
 * Where an event stands in the database's log, as text whose order is that of the log, the same in
 * every process that watches the same collections: its cluster time, and its number among those
 * that share it, as the events of one transaction do.
 *
 * Given the first and third events of second 0x6925a000, increment 2, return
 * '6925a00000000002' and '6925a00000000002.000002'.
 */
export class FeedPositions {
  #time = '';
  #sameTime = 0;

  /** Of the next event, in the order of the log. */
  next(clusterTime: Timestamp): string {
    const time = hex(clusterTime.t) + hex(clusterTime.i);
    this.#sameTime = time === this.#time ? this.#sameTime + 1 : 0;
    this.#time = time;
    return this.#sameTime === 0 ? time : `${time}.${this.#sameTime.toString(16).padStart(6, '0')}`;
  }
}

/** Undefined for what is no position: it comes from outside. */
export function clusterTimeOf(position: string): Timestamp | undefined {
  const parts = /^([0-9a-f]{8})([0-9a-f]{8})(\.[0-9a-f]{6})?$/.exec(position);
  if (!parts) return undefined;
  return new Timestamp({ t: Number.parseInt(parts[1] ?? '', 16), i: Number.parseInt(parts[2] ?? '', 16) });
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
