export interface Trial {
  readonly id: string;
  readonly index: number;
  readonly phase: string;
  readonly result: readonly { readonly name: string; readonly value: string }[];
}

export interface TrialsChanged {
  readonly reset: boolean;
  readonly synced: boolean;
  readonly cursor: string;
  readonly trials: readonly Trial[];
  readonly gone: readonly string[];
}

export const trialsChanged = `
  subscription TrialsChanged($experimentId: ID!, $after: Cursor) {
    trialsChanged(experimentId: $experimentId, after: $after) {
      reset
      synced
      cursor
      trials { id index phase result { name value } }
      gone
    }
  }
`;

/** The whole rule: on `reset` forget what you hold; then take over what is sent, by id; then drop what is gone. Twice does no harm. */
export function apply(held: Map<string, Trial>, { reset, trials, gone }: TrialsChanged): void {
  if (reset) held.clear();
  for (const trial of trials) held.set(trial.id, trial);
  for (const id of gone) held.delete(id);
}

export interface FollowNeeds {
  /** http:// or https://, as for queries. */
  readonly url: string;
  readonly experimentId: string;
  readonly token?: string;
  /** Node 20 has none of its own: pass that of `ws`. */
  readonly webSocket?: unknown;
  /** Called with all trials whenever something has changed and all of it is there. */
  onChange(trials: ReadonlyMap<string, Trial>): void;
  /** Called when the server refuses for good. */
  onError(cause: unknown): void;
}
