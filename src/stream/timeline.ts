import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

/** That one object of a source was put or went. */
export interface Touch {
  readonly position: string;
  readonly key: string;
  /** What it was before it went, where that is known. */
  readonly last?: unknown;
}

export interface Replay {
  /** In the source's order. */
  readonly touches: readonly Touch[];
  /** Nothing else happened up to here. */
  readonly through: string;
}

/** `expired`: the source has forgotten `from` and what was before; `unknown`: it could not say. */
export type Ask = (from: string, through: string) => Promise<Replay | 'expired' | 'unknown'>;

/** What a store can tell beyond the life of its process. */
export interface History {
  readonly origin: string;
  readonly position: string | undefined;
  reach(from: string, to: string): Promise<void>;
  since(from: string, to: string): readonly Touch[] | undefined;
}

export interface TimelineNeeds {
  /** Names the source: a position of another one says nothing here. */
  readonly origin: string;
  /** Asks the source what happened after `from`, at least up to `through`. Must end by itself. */
  readonly replay?: Ask;
  /** How many touches are remembered; 20,000 when left out. */
  readonly limit?: number;
  /** How long those who ask are gathered; 20 when left out. */
  readonly gatherMs?: number;
  /** How long one waits for changes that the source is known to have; 5,000 when left out. */
  readonly patienceMs?: number;
  readonly onError?: (error: unknown) => void;
}

/** In how many replays a reader may take part. */
const attempts = 3;

/** How often the source is asked for one gathering of readers. */
const questions = 12;

/**
 * What happened in one source, by the source's own positions, which are the same in
 * every process and every life of it: text, in whose order they grow.
 *
 * It knows all touches after its floor. The floor is where this process began to
 * look, rises when more happens than is remembered, and is lowered by asking the
 * source itself, once for all who came back meanwhile.
 *
 * Not promised: that a source which was set back to an earlier state is noticed
 * unless it tells a lower position than before.
 */
export class Timeline implements History {
  readonly #needs: TimelineNeeds;
  readonly #limit: number;
  readonly #waiting = new Set<() => void>();
  #origin: string;
  /** Ascending. */
  #log: Touch[] = [];
  #floor: string | undefined;
  #position: string | undefined;
  /** Not below the position: nothing has happened between the two. */
  #passed = '';
  /** From here and below the source does not know any more. */
  #lost = '';
  #asked: { readonly from: string; readonly to: string }[] = [];
  #asking: Promise<void> | undefined;

  constructor(needs: TimelineNeeds) {
    this.#needs = needs;
    this.#origin = needs.origin;
    this.#limit = needs.limit ?? 20_000;
  }

  get origin(): string {
    return this.#origin;
  }

  /** Of the last touch, or of the whole list after which there was none; undefined before the first list. */
  get position(): string | undefined {
    return this.#position;
  }

  /** A whole new list, true at `position`: what happened before is not known, not even in what order. */
  restart(position: string, origin = this.#origin): void {
    // Set back: positions from before name other states now, and nobody else's are to be trusted either.
    const isSetBack = origin === this.#origin && this.#position !== undefined && position < this.#position;
    this.#origin = isSetBack ? randomUUID() : origin;
    this.#log = [];
    this.#floor = position;
    this.#passed = position;
    this.move(position);
  }

  /** Ignored when it is older than the last one: told twice. */
  touch(touch: Touch): void {
    if (this.#position === undefined || touch.position < this.#position) return;
    this.#log.push(touch);
    if (this.#log.length > 2 * this.#limit) this.#floor = this.#log.splice(0, this.#limit).at(-1)?.position;
    this.move(touch.position);
  }

  /** Something happened at `position` that touched nothing. */
  move(position: string): void {
    this.#position = position;
    this.pass(position);
    for (const look of this.#waiting) look();
  }

  /** Everything up to `position` has been touched. */
  pass(position: string): void {
    if (position > this.#passed) this.#passed = position;
  }

  /**
   * What happened after `from`, oldest first, some keys more than once; undefined when that cannot be
   * told, or when this process has not come to `to` yet.
   */
  since(from: string, to: string): readonly Touch[] | undefined {
    if (!this.#covers(from, to)) return undefined;
    let low = 0;
    let high = this.#log.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#log[middle]?.position ?? '') <= from) low = middle + 1;
      else high = middle;
    }
    return this.#log.slice(low);
  }

  /** Tries to make `since(from, to)` answer, within some seconds. Never throws: what it could not do shows there. */
  async reach(from: string, to: string): Promise<void> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (this.#covers(from, to) || from <= this.#lost || !this.#needs.replay) return;
      this.#asked.push({ from, to });
      await (this.#asking ??= this.#ask(this.#needs.replay));
    }
  }

  #covers(from: string, to: string): boolean {
    return this.#floor !== undefined && this.#floor <= from && to <= this.#passed;
  }

  /** For all who ask about now. */
  async #ask(replay: Ask): Promise<void> {
    try {
      const { gatherMs = 20 } = this.#needs;
      if (gatherMs > 0) await pause(gatherMs);
      const asked = this.#asked.splice(0);
      await this.#askBack(replay, asked.map(({ from }) => from).sort());
      await this.#askAhead(replay, asked.map(({ to }) => to).sort());
    } catch (error) {
      this.#needs.onError?.(error);
    } finally {
      this.#asking = undefined;
    }
  }

  /** Lowers the floor to the oldest of `starts` that the source still knows. */
  async #askBack(replay: Ask, starts: string[]): Promise<void> {
    const floor = this.#floor ?? '';
    for (let question = 0; question < questions; question += 1) {
      const [from = floor] = starts;
      if (from >= floor) return;
      const told = await replay(from, floor);
      if (typeof told === 'object') return this.#prepend(from, floor, told);
      if (told === 'expired' && from > this.#lost) this.#lost = from;
      // Halves, so that a thousand readers from long ago cost ten questions.
      starts.splice(0, told === 'expired' ? Math.ceil(starts.length / 2) : 1);
    }
  }

  /** Finds out whether anything lies between here and the nearest of `ends`, and if so waits for it. */
  async #askAhead(replay: Ask, ends: readonly string[]): Promise<void> {
    const passed = this.#passed;
    const to = ends.find((end) => end > passed);
    if (to === undefined) return;
    const told = await replay(passed, to);
    if (typeof told === 'string') return;
    const newest = told.touches.at(-1)?.position ?? '';
    if (await this.#arrives(newest)) this.pass(told.through);
  }

  #prepend(from: string, floor: string, { touches }: Replay): void {
    // A list came meanwhile, or there is more than is remembered.
    if (this.#floor !== floor || touches.length > this.#limit) return;
    this.#log = [...touches.filter(({ position }) => position <= floor), ...this.#log];
    this.#floor = from;
  }

  /** False when the source's change at `position` has not come in time. */
  async #arrives(position: string): Promise<boolean> {
    const { patienceMs = 5_000 } = this.#needs;
    const hasCome = (): boolean => (this.#position ?? '') >= position;
    if (hasCome() || patienceMs === 0) return hasCome();
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(patience);
        this.#waiting.delete(look);
        resolve();
      };
      const look = (): void => {
        if (hasCome()) end();
      };
      const patience = setTimeout(end, patienceMs);
      patience.unref();
      this.#waiting.add(look);
    });
    return hasCome();
  }
}

/** The part of a timeline whose keys begin with `prefix`, by what follows it. */
export function section(timeline: Timeline, prefix: string): History {
  return {
    get origin() {
      return timeline.origin;
    },
    get position() {
      return timeline.position;
    },
    reach: (from, to) => timeline.reach(from, to),
    since: (from, to) =>
      timeline
        .since(from, to)
        ?.filter(({ key }) => key.startsWith(prefix))
        .map((touch) => ({ ...touch, key: touch.key.slice(prefix.length) })),
  };
}
