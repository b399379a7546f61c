/** One effective change of a live store. */
export interface StoreEvent<T> {
  readonly key: string;
  /** Absent when it is gone. */
  readonly object?: T;
  /** Absent when it is new. */
  readonly previous?: T;
  readonly place: Place;
}

/** Where a change stands. */
export interface Place {
  /** Its number in the store. */
  readonly sequence: number;
  /** Where the source stood before it; undefined where the store has no history. */
  readonly before?: string | undefined;
}
