import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import { stalenessOf } from '../../stream/freshness.js';
import type { SetMessage } from '../../stream/set-stream.js';
import type { Renderings } from './renderings.js';
import type { Selection } from './selection.js';
import type { Sources } from './shared-source.js';

export interface NewsNeeds {
  readonly selection: Selection;
  readonly idOf: (object: unknown) => string;
  readonly sourceOf: (field: string) => string;
  readonly renderings: Renderings;
}

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
  /** Fingerprints of what was told, by name in the message, then by id. */
  readonly #told = new Map<string, Map<string, string>>();
  #hasTold = false;
  #nothing: SetMessage<Sources>['changed'] | undefined;
  #wasSynced = false;
  #staleness = '';

  constructor(needs: NewsNeeds) {
    this.#needs = needs;
  }

  /** The message to execute: without objects when all of them were rendered in this turn, for somebody else. */
  reduced(message: SetMessage<Sources>): SetMessage<Sources> {
    const { selection, sourceOf, renderings } = this.#needs;
    if (renderings.groups === 1) return message;
    for (const [name, field] of selection.fields) {
      for (const object of message.changed[sourceOf(field)] ?? []) if (!renderings.get(name, object)) return message;
    }
    this.#nothing ??= Object.fromEntries(Object.keys(message.changed).map((source) => [source, []]));
    const { reset, synced, freshness, gone } = message;
    return { reset, synced, cursor: message.cursor, freshness, gone, changed: this.#nothing };
  }

  /** JSON of the result, of this message or of the reduced one, without what is old; undefined when nothing is left. */
  textOf(message: SetMessage<Sources>, result: ExecutionResult | FormattedExecutionResult): string | undefined {
    const { root } = this.#needs.selection;
    const answer = result.data?.[root];
    if (result.errors || typeof answer !== 'object' || answer === null) {
      this.#told.clear();
      return JSON.stringify(result);
    }
    const isFirst = !this.#hasTold;
    this.#hasTold = true;
    let isNews = isFirst;
    let parts = '';
    for (const [name, value] of Object.entries(answer)) {
      const field = this.#needs.selection.fields.get(name) ?? name;
      const objects = message.changed[this.#needs.sourceOf(field)];
      const part = objects ? this.#newOf(name, value, objects) : JSON.stringify(value);
      isNews ||= objects ? part !== '[]' && part !== 'null' : this.#isNews(field, message);
      // Names of GraphQL need no escapes.
      parts += `${parts === '' ? '' : ','}"${name}":${part}`;
    }
    this.#wasSynced = message.synced;
    this.#staleness = stalenessOf(message.freshness);
    for (const id of message.gone) for (const told of this.#told.values()) told.delete(id);
    return isNews ? `{"data":{"${root}":{${parts}}}}` : undefined;
  }

  /** `value` is what `objects` became, in their order: a list, or for the one object there can be, itself. */
  #newOf(name: string, value: unknown, objects: readonly unknown[]): string {
    const { idOf, renderings } = this.#needs;
    const items: unknown[] = Array.isArray(value) ? value : value === null ? [] : [value];
    const told = this.#told.get(name) ?? new Map<string, string>();
    this.#told.set(name, told);
    const fresh: string[] = [];
    for (const [index, object] of objects.entries()) {
      const known = renderings.get(name, object);
      if (!known && items.length !== objects.length) return JSON.stringify(value);
      const { text, fingerprint } = known ?? renderings.keep(name, object, JSON.stringify(items[index]));
      const id = idOf(object);
      if (told.get(id) === fingerprint) continue;
      told.set(id, fingerprint);
      fresh.push(text);
    }
    return Array.isArray(value) ? `[${fresh.join()}]` : (fresh[0] ?? 'null');
  }

  #isNews(field: string, { gone, synced, freshness }: SetMessage<Sources>): boolean {
    if (field === 'gone') return gone.length > 0;
    if (field === 'synced') return synced !== this.#wasSynced;
    return field === 'freshness' && stalenessOf(freshness) !== this.#staleness;
  }
}
