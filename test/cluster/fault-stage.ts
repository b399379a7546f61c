import type { ApiServer, Call } from './api-server.js';

/** What one who follows the server said of his own knowledge. */
export interface Report {
  /** When he said it; ms since the epoch, as all times here. */
  readonly at: number;
  readonly isStale: boolean;
  /** Up to when he knows everything, by his own word. */
  readonly asOf?: number;
}

/** Anybody who keeps himself informed of what the server holds. */
export interface Follower extends AsyncDisposable {
  /** resourceVersion by uid. */
  held(): ReadonlyMap<string, string>;
  /** How often he was told what he held already, a whole list anew excepted. */
  doubled(): number;
  readonly reports: readonly Report[];
  /** False for one who has no word for being up to date. */
  readonly saysWhenFresh: boolean;
}

/** Where a situation is played: the server, the follower, and what is noted about him. */
export class Stage {
  readonly server: ApiServer;
  readonly complaints = new Set<string>();
  readonly #follower: Follower;
  readonly #secondMs: number;
  #round = 0;
  #deafSince: number | undefined;
  readonly #deaf: { readonly from: number; readonly to: number }[] = [];

  /** @param secondMs How long a second of the situation lasts here: 20 in a test, 1,000 in the bench. */
  constructor(server: ApiServer, follower: Follower, secondMs: number) {
    this.server = server;
    this.#follower = follower;
    this.#secondMs = secondMs;
  }

  ms(seconds: number): number {
    return seconds * this.#secondMs;
  }

  pass(seconds: number): Promise<void> {
    return new Promise((resolve) => void setTimeout(resolve, this.ms(seconds)));
  }

  /** False when it did not come true in time, which is a few real seconds at least. */
  async until(condition: () => boolean, withinSeconds: number): Promise<boolean> {
    const deadline = Date.now() + Math.max(8_000, this.ms(withinSeconds));
    while (!condition()) {
      if (Date.now() > deadline) return false;
      await new Promise((resolve) => void setTimeout(resolve, 2));
    }
    return true;
  }

  /** The follower has read what there is, and has had a quiet watch open for a while. */
  async steady(): Promise<void> {
    const { reports, saysWhenFresh } = this.#follower;
    await this.until(() => this.wrong() === 0, 30);
    if (!saysWhenFresh) return this.pass(1.5);
    await this.until(() => reports.length > 1 && reports.at(-1)?.isStale === false, 30);
  }

  /** Changes one object, removes one, makes one, and makes one anew under its name. */
  change(): void {
    this.#round += 1;
    const fill = `round ${this.#round}`;
    this.server.put('kept', fill);
    this.server.remove(`pot ${(this.#round + 3) % 5}`);
    this.server.put(`pot ${this.#round % 5}`, fill);
    this.server.remove('again');
    this.server.put('again', fill);
  }

  /** From now on, or since the first time this was said, nothing of the server reaches the follower. */
  deaf(): void {
    this.#deafSince ??= Date.now();
  }

  hears(): void {
    if (this.#deafSince !== undefined) this.#deaf.push({ from: this.#deafSince, to: Date.now() });
    this.#deafSince = undefined;
  }

  /** Once the follower is steady, lets `answer` have every call for so long, with changes at both ends of that time. */
  async outage(seconds: number, answer: (call: Call) => void): Promise<void> {
    await this.steady();
    this.server.fault = (call) => {
      this.deaf();
      answer(call);
      return true;
    };
    this.server.endWatches();
    this.change();
    await this.pass(seconds);
    this.change();
    this.server.fault = () => false;
    this.hears();
  }

  /** How many objects the follower holds not at all, in another than their last state, or after their end. */
  wrong(): number {
    const rest = new Map(this.#follower.held());
    let wrong = 0;
    for (const { metadata } of this.server.pots.values()) {
      if (rest.get(metadata.uid) !== metadata.resourceVersion) wrong += 1;
      rest.delete(metadata.uid);
    }
    return wrong + rest.size;
  }

  /** Whether he said to know the present while he could not. */
  claimedTooMuch(): boolean {
    return this.#follower.reports.some(({ at, isStale, asOf }) =>
      this.#deaf.some(({ from, to }) => !isStale && at >= from && at < to && Number(asOf) > from),
    );
  }
}
