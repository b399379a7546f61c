import { createLiveStore, type LiveStore } from '../../../src/stream/live-store.js';
import { Timeline } from '../../../src/stream/timeline.js';
import type { Source, Thing } from './source.js';

/** One source as one process sees it, behind it by as much as it was not told. */
interface Sight {
  readonly shown: LiveStore<Thing>;
  /** A whole list begins; the source goes on meanwhile. */
  beginList(): void;
  endList(): void;
  /** Hears the next `count` changes. */
  hear(count: number): void;
  /** What the process adds is another thing now. */
  look(): void;
}

function timelineOf(source: Source, limit: number): Timeline {
  return new Timeline({ origin: source.origin, replay: source.replay, limit, gatherMs: 0, patienceMs: 0 });
}

/** As a cluster is seen: lists and changes take turns, and the process adds a note to what waits. */
function clusterSight(source: Source, life: string, remembered: number): Sight {
  const history = timelineOf(source, remembered);
  const store = createLiveStore<Thing>({ history });
  const shown = createLiveStore<Thing>({
    history,
    tombstones: remembered,
    mayDiffer: ({ phase }) => phase === 'waiting',
  });
  let read = 0;
  let looks = 0;
  let listing: string | undefined;
  const show = (key: string, object: Thing): void => {
    const noted = object.phase === 'waiting' ? { ...object, note: `${life}, look ${looks}` } : object;
    shown.apply({ type: 'put', key, object: noted });
  };
  store.onChange(({ key, object }) => (object ? show(key, object) : shown.apply({ type: 'gone', key })));
  return {
    shown,
    beginList() {
      listing = source.head;
      read = source.log.length;
      store.apply({ type: 'reset' });
      for (const [key, object] of source.state) store.apply({ type: 'put', key, object });
    },
    endList() {
      if (listing === undefined) return;
      store.apply({ type: 'synced' });
      history.restart(listing);
      listing = undefined;
      if (!shown.synced) shown.apply({ type: 'synced' });
    },
    hear(count) {
      if (listing !== undefined) return;
      for (const { position, id: key, thing, last } of source.log.slice(read, read + count)) {
        store.apply(thing ? { type: 'put', key, object: thing } : { type: 'gone', key });
        history.touch({ position, key, ...(last && { last }) });
        read += 1;
      }
    },
    look() {
      looks += 1;
      for (const [key, object] of store.entries()) show(key, object);
    },
  };
}

/** As a database is seen: after a loss its changes go on coming while it is listed. */
function databaseSight(source: Source, remembered: number): Sight {
  const history = timelineOf(source, remembered);
  const shown = createLiveStore<Thing>({ history, tombstones: remembered });
  let read = 0;
  return {
    shown,
    beginList() {
      shown.apply({ type: 'reset' });
      read = source.log.length;
      history.restart(source.head);
      for (const [key, object] of source.state) shown.apply({ type: 'put', key, object });
    },
    endList: () => shown.apply({ type: 'synced' }),
    hear(count) {
      for (const { position, id: key, thing, last } of source.log.slice(read, read + count)) {
        shown.apply(thing ? { type: 'put', key, object: thing } : { type: 'gone', key });
        history.touch({ position, key, ...(last && { last }) });
        read += 1;
      }
    },
    look: () => undefined,
  };
}

export interface Sources {
  readonly a: Source;
  readonly b: Source;
}

/** A process that can be killed and started again: then it knows nothing but what the sources tell. */
export class Replica {
  readonly #sources: Sources;
  readonly #name: string;
  readonly #remembered: number;
  #lives = 0;
  sights: { readonly [Name in keyof Sources]: Sight };

  constructor(sources: Sources, name: string, remembered: number) {
    this.#sources = sources;
    this.#name = name;
    this.#remembered = remembered;
    this.sights = this.#start();
  }

  restart(): void {
    this.sights = this.#start();
  }

  #start() {
    this.#lives += 1;
    const { a, b } = this.#sources;
    const sights = {
      a: clusterSight(a, `${this.#name}${this.#lives}`, this.#remembered),
      b: databaseSight(b, this.#remembered),
    };
    for (const sight of Object.values(sights)) {
      sight.beginList();
      sight.endList();
    }
    return sights;
  }
}
