import { Feed } from './feed.js';
import type { FeedNeeds, Reader } from './feed.js';
import type { NextMessage } from './frame.js';
import { News } from './news.js';
import type { NewsNeeds } from './news.js';
import type { SharedSource } from './shared-source.js';
import { WholeNews } from './whole-news.js';

export interface GroupNeeds extends Pick<FeedNeeds, 'execute' | 'turn'> {
  /** Of its first subscription: those of one group open the same. */
  readonly source: SharedSource;
  /** Called when its last subscription has ended. */
  readonly onEmpty: () => void;
  readonly news: NewsNeeds;
  readonly isWhole: boolean;
  readonly maxRate: number | undefined;
}

/** How long a snapshot may be handed on: in a storm of clients that is enough, and its facts are no older. */
const openingMs = 1_000;

/**
 * Subscriptions that are told the same: equal document, operation, variables
 * and viewer scope.
 *
 * A newcomer begins with a feed of its own, behind its own cursor. When it lacks
 * nothing, and the group's feed has taken everything too, the two streams go on
 * alike, and the newcomer moves over. The first newcomer's feed becomes the
 * group's.
 */
export class Group {
  readonly #needs: GroupNeeds;
  #shared: Feed | undefined;
  /** Feeds of newcomers whose snapshot is whole. */
  readonly #waiting = new Set<Feed>();
  /** A newcomer's snapshot, and what the shared feed had taken then. */
  #opening: { readonly message: NextMessage; readonly taken: number; readonly at: number } | undefined;
  readonly #feeds = new Map<Reader, Feed>();
  #members = 0;

  constructor(needs: GroupNeeds) {
    this.#needs = needs;
  }

  /** How many subscriptions belong to it, parked ones included. */
  get members(): number {
    return this.#members;
  }

  gain(): void {
    this.#members += 1;
  }

  lose(): void {
    this.#members -= 1;
    if (this.#members === 0) this.#needs.onEmpty();
  }

  /** @throws what the source throws, for a cursor of any kind too */
  async begin(after: string | undefined, reader: Reader): Promise<void> {
    if (after === undefined && this.#openAlike(reader)) return;
    const stream = await this.#needs.source.needs.open(after);
    if (!reader.isOpen) {
      await stream.return?.();
      return;
    }
    const feed = new Feed(
      {
        ...this.#needs,
        stream,
        news: this.#needs.isWhole ? new WholeNews(this.#needs.news) : new News(this.#needs.news),
        onSettled: (settled) => this.#settled(settled),
        hold: (held) => this.#hold(held, reader),
      },
      reader,
    );
    this.#feeds.set(reader, feed);
  }

  /** Lets a slow reader go; undefined when it reads alone, and simply is told no more for a while. */
  release(reader: Reader): { readonly cursor: string | undefined } | undefined {
    const feed = this.#feeds.get(reader);
    if (!feed || feed !== this.#shared) return undefined;
    const { cursor } = feed;
    this.leave(reader);
    return { cursor };
  }

  /** Gives a newcomer the snapshot that another one got a moment ago, if nothing has happened since. */
  #openAlike(reader: Reader): boolean {
    const shared = this.#shared;
    const opening = this.#opening;
    if (!shared?.isCaughtUp || opening?.taken !== shared.taken || reader.line.isStalled) return false;
    if (performance.now() - opening.at > openingMs) return false;
    reader.line.put(reader, opening.message);
    shared.add(reader);
    this.#feeds.set(reader, shared);
    return true;
  }

  leave(reader: Reader): void {
    const feed = this.#feeds.get(reader);
    this.#feeds.delete(reader);
    if (feed?.remove(reader)) this.#forget(feed);
  }

  #forget(feed: Feed): void {
    this.#waiting.delete(feed);
    if (this.#shared === feed) this.#shared = this.#opening = undefined;
  }

  /** A newcomer is told no more than its socket takes, and with a `maxRate` in step with the group that it waits for. */
  #hold(feed: Feed, reader: Reader): Promise<unknown> | undefined {
    if (feed === this.#shared) return undefined;
    if (reader.line.isStalled) return reader.line.drained();
    const shared = this.#shared;
    const isInStep = feed.isPaced && this.#waiting.has(feed) && shared && !shared.isCaughtUp;
    return isInStep ? shared.nextTake() : undefined;
  }

  #settled(feed: Feed): void {
    if (feed === this.#shared) for (const one of this.#waiting) this.#tryToJoin(one);
    else if (feed.isWhole) {
      this.#waiting.add(feed);
      this.#tryToJoin(feed);
    }
    if (this.#shared) this.#shared.isWatched = this.#waiting.size > 0;
  }

  #tryToJoin(feed: Feed): void {
    if (feed.readers().some(({ line }) => line.isStalled)) return;
    this.#shared ??= feed;
    const shared = this.#shared;
    if (feed !== shared && !(shared.isCaughtUp && feed.isAtRest)) return;
    this.#waiting.delete(feed);
    if (feed.opening) this.#opening = { message: feed.opening, taken: shared.taken, at: performance.now() };
    if (feed === shared) return;
    for (const reader of feed.readers()) {
      shared.add(reader);
      this.#feeds.set(reader, shared);
    }
    feed.close();
  }
}
