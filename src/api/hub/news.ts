import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import type { Freshness } from '../../model/change.js';
import { areAlike } from '../../stream/freshness.js';
import type { SetMessage } from '../../stream/set-message.js';
import type { Renderings } from './renderings.js';
import type { Selection } from './selection.js';
import type { Sources } from './shared-source.js';

export interface NewsNeeds {
  readonly selection: Selection;
  readonly idOf: (object: unknown) => string;
  readonly sourceOf: (field: string) => string;
  readonly renderings: Renderings;
}

/** A field of the message as the first answer had it: later ones have the same, in the same order. */
interface Place {
  /** The name under which it stands. */
  readonly name: string;
  /** JSON of the name, with its colon. */
  readonly key: string;
  readonly field: string;
  /** Of the objects that it shows, if it shows any. */
  readonly source: string;
  /** Shows one object, not a list. */
  readonly isSingle: boolean;
  /** JSON of what it always says. */
  readonly constant: string | undefined;
  /** What it says of one object was told, by id, as fingerprints. */
  readonly told: Map<string, string>;
}

type Message = SetMessage<Sources>;
type Result = ExecutionResult | FormattedExecutionResult;

/**
 * Remembers what a subscription was told of each object, and cuts from the next
 * message what says nothing new: objects whose selected fields read as before,
 * and whole messages of which only the cursor or the age of the facts is left.
 *
 * A client's cursor then lags behind the source. It is still good: resuming from
 * it tells some changes again, none too few.
 */
export class News {
  readonly #needs: NewsNeeds;
  readonly #head: string;
  #places: readonly Place[] | undefined;
  #wasSynced = false;
  #freshness: Freshness | undefined;

  constructor(needs: NewsNeeds) {
    this.#needs = needs;
    // Names of GraphQL need no escapes.
    this.#head = `{"data":{"${needs.selection.root}":{`;
  }

  /** Everything in it was said in this turn already, to somebody else: it need not be executed. */
  isRendered(message: Message): boolean {
    const { renderings } = this.#needs;
    if (!this.#places || renderings.groups === 1) return false;
    for (const place of this.#places) {
      const { name, field, source } = place;
      const objects = message.changed[source];
      if (objects) {
        for (const object of objects) if (!renderings.get(name, object)) return false;
      } else if (field === 'freshness') {
        if (!renderings.get(name, message.freshness)) return false;
      } else if (plain(place, message) === undefined) return false;
    }
    return true;
  }

  /**
   * JSON of a message without what is old; undefined when nothing is left.
   *
   * @param result What it became; may be left out when `isRendered`.
   */
  textOf(message: Message, result: Result | undefined): string | undefined {
    const answer = result?.data?.[this.#needs.selection.root];
    if (result && (result.errors || typeof answer !== 'object' || answer === null)) {
      for (const { told } of this.#places ?? []) told.clear();
      return JSON.stringify(result);
    }
    const values = answer as Readonly<Record<string, unknown>> | undefined;
    let isNews = this.#places === undefined;
    let text = this.#head;
    let separator = '';
    for (const place of (this.#places ??= this.#placesIn(values ?? {}, message))) {
      const objects = message.changed[place.source];
      const part = objects
        ? this.#newOf(place, objects, values?.[place.name])
        : this.#partOf(place, message, values?.[place.name]);
      isNews ||= objects ? part !== '[]' && part !== 'null' : this.#isNews(place.field, message);
      text += separator + place.key + part;
      separator = ',';
    }
    this.#wasSynced = message.synced;
    this.#freshness = message.freshness;
    for (const id of message.gone) for (const { told } of this.#places) told.delete(id);
    return isNews ? `${text}}}}` : undefined;
  }

  #placesIn(values: Readonly<Record<string, unknown>>, { changed }: Message): Place[] {
    const { selection, sourceOf } = this.#needs;
    return Object.entries(values).map(([name, value]) => {
      const field = selection.fields.get(name) ?? name;
      const source = sourceOf(field);
      const isSingle = source in changed && !Array.isArray(value);
      const constant = field === '__typename' ? JSON.stringify(value) : undefined;
      return { name, key: `"${name}":`, field, source, isSingle, constant, told: new Map<string, string>() };
    });
  }

  #partOf(place: Place, message: Message, value: unknown): string {
    if (place.field !== 'freshness') return plain(place, message) ?? JSON.stringify(value);
    const { name } = place;
    const { renderings } = this.#needs;
    const { text } =
      renderings.get(name, message.freshness) ?? renderings.keep(name, message.freshness, JSON.stringify(value));
    return text;
  }

  /** `value` is what `objects` became, in their order: a list, or for the one object there can be, itself. */
  #newOf({ name, isSingle, told }: Place, objects: readonly unknown[], value: unknown): string {
    const { idOf, renderings } = this.#needs;
    const items: unknown[] = Array.isArray(value) ? value : value == null ? [] : [value];
    let fresh = '';
    for (let index = 0; index < objects.length; index += 1) {
      const object = objects[index];
      const known = renderings.get(name, object);
      if (!known && items.length !== objects.length) return JSON.stringify(value);
      const { text, fingerprint } = known ?? renderings.keep(name, object, JSON.stringify(items[index]));
      const id = idOf(object);
      if (told.get(id) === fingerprint) continue;
      told.set(id, fingerprint);
      fresh += fresh === '' ? text : `,${text}`;
    }
    if (isSingle) return fresh === '' ? 'null' : fresh;
    return `[${fresh}]`;
  }

  #isNews(field: string, { gone, synced, freshness }: Message): boolean {
    if (field === 'gone') return gone.length > 0;
    if (field === 'synced') return synced !== this.#wasSynced;
    return field === 'freshness' && !areAlike(freshness, this.#freshness ?? freshness);
  }
}

/** JSON of what stands in a message as it is told; undefined for what it becomes only when it is executed. */
function plain({ field, constant }: Place, message: Message): string | undefined {
  if (field === 'cursor') return `"${message.cursor}"`;
  if (field === 'gone') return message.gone.length === 0 ? '[]' : JSON.stringify(message.gone);
  if (field === 'synced') return message.synced ? 'true' : 'false';
  if (field === 'reset') return message.reset ? 'true' : 'false';
  return constant;
}
