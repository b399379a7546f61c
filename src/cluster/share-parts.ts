/** Parts remembered before the older half of them is forgotten. */
const generationSize = 2_000;

/** A part with so much text in it is too particular to come again. */
const longestKey = 500;

type Fields = Record<string, unknown>;

interface Remembered {
  readonly part: object;
  /** Stands for the part in the keys of the parts that hold it. */
  readonly id: number;
}

/**
 * Makes equal parts of different objects one part in memory.
 *
 * Thousands of pods differ in little: times, conditions, containers and requests
 * repeat, one by one or as whole lists. Only for what nobody will change afterwards.
 *
 * Remembers a bounded number of parts, so what is rare is simply not shared.
 */
export class PartPool {
  #young = new Map<string, Remembered>();
  #old = new Map<string, Remembered>();
  /** Of parts in use, remembered or not. */
  readonly #ids = new WeakMap<object, number>();
  #lastId = 0;

  /**
   * Shares the parts of an object; the object itself stays what it is.
   *
   * @param object Changed in place, all through: it must be the caller's own, plain and without circles.
   * @param before What it follows on: parts that have not changed are taken from there, which costs least.
   */
  share(object: object, before: object = {}): void {
    const fields = object as Fields;
    const known = before as Fields;
    for (const name in fields) {
      const value = fields[name];
      if (typeof value === 'object' && value !== null) fields[name] = this.#one(value, known[name]);
    }
  }

  /** The part that stands for all parts like this one. */
  #one(part: object, before: unknown): object {
    const fields = part as Fields;
    const known = (typeof before === 'object' && before !== null ? before : {}) as Fields;
    let isChanged = known !== before || Array.isArray(part) !== Array.isArray(before);
    let members = 0;
    for (const name in fields) {
      const value = fields[name];
      if (typeof value === 'object' && value !== null) fields[name] = this.#one(value, known[name]);
      isChanged ||= fields[name] !== known[name];
      members += 1;
    }
    for (const _name in known) members -= 1;
    return isChanged || members !== 0 ? this.#pooled(part) : known;
  }

  #pooled(part: object): object {
    const key = this.#keyOf(part);
    if (key.length > longestKey) return part;
    const young = this.#young.get(key);
    if (young) return young.part;
    const remembered = this.#old.get(key) ?? { part, id: (this.#lastId += 1) };
    if (this.#young.size >= generationSize) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, remembered);
    this.#ids.set(remembered.part, remembered.id);
    return remembered.part;
  }

  /** Text that two parts have in common only when they are equal, in the order of their fields too. */
  #keyOf(part: object): string {
    const fields = part as Fields;
    let key = Array.isArray(part) ? '[' : '{';
    for (const name in fields) {
      const value = fields[name];
      if (typeof value === 'string') key += `${name}"${value.length}:${value}`;
      else if (typeof value === 'object' && value !== null) key += `${name}#${this.#idOf(value)};`;
      else key += `${name}=${String(value)};`;
    }
    return key;
  }

  #idOf(part: object): number {
    const known = this.#ids.get(part);
    if (known !== undefined) return known;
    this.#lastId += 1;
    this.#ids.set(part, this.#lastId);
    return this.#lastId;
  }
}
