import type { SetMessage } from '../../stream/set-message.js';
import type { SetStream } from '../../stream/set-stream.js';

/** Objects of a message, by source. */
export type Sources = Record<string, unknown>;

export interface SharedSourceNeeds {
  /**
   * Names everything beside document and variables that an answer may depend on: who looks, and from
   * where. Two subscriptions share what is sent only when these texts are equal.
   */
  readonly viewerScope: string;
  readonly after: string | undefined;
  /** Messages a second, at most; parts of a snapshot are not counted. */
  readonly maxRate: number | undefined;
  /** Opens one stream behind `after`. */
  readonly open: (after: string | undefined) => Promise<SetStream<Sources>>;
  /** The id of an object in `changed`, as it stands in `gone`. */
  readonly idOf: (object: unknown) => string;
  /** The source in `changed` that a field of the message shows; any other name for a field that shows none. */
  readonly sourceOf: (field: string) => string;
  /** Every message says everything there is, instead of what changed. */
  readonly isWhole?: boolean | undefined;
}

/**
 * What a set subscription's `subscribe` gives: not a stream yet, but how to
 * open one, so that the hub can let many subscribers read the same one.
 *
 * Iterating over it opens a stream for that iteration alone: graphql-js can
 * subscribe to it without a hub.
 */
export class SharedSource implements AsyncIterable<SetMessage<Sources>> {
  readonly needs: SharedSourceNeeds;

  constructor(needs: SharedSourceNeeds) {
    this.needs = needs;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<SetMessage<Sources>> {
    const opened = this.needs.open(this.needs.after);
    const end = { done: true, value: undefined } as const;
    const iterator: AsyncIterableIterator<SetMessage<Sources>> = {
      next: async () => (await opened).next(),
      return: async () => (await (await opened).return?.()) ?? end,
      throw: async (error) => {
        await (await opened).return?.();
        throw error;
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }
}
