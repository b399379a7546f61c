/** Parts remembered before the older half of them is forgotten. */
const generationSize = 5_000;

/** V8 shares text this short by itself when it parses JSON. */
const internalised = 10;

/** A part whose fields need more text than this is too particular to come again. */
const longestKey = 2_000;

/**
 * Makes equal parts of different objects one part in memory.
 *
 * Thousands of pods differ in little: images, nodes, times, conditions and requests
 * repeat, one by one or as whole lists. Only for what nobody will change afterwards.
 *
 * Remembers a bounded number of parts, so what is rare is simply not shared.
 */
export class PartPool {
  #young = new Map<string, unknown>();
  #old = new Map<string, unknown>();

  /** @param object Changed in place, all through: it must be the caller's own, plain and without circles. */
  share(object: object): void {
    const fields = object as Record<string, unknown>;
    for (const name in fields) {
      const value = fields[name];
      if (typeof value === 'string' ? value.length > internalised : typeof value === 'object' && value !== null) {
        const one = this.#one(value);
        if (one !== value) fields[name] = one;
      }
    }
  }

  /** The same for an object that follows on another: what has not changed is taken from that, at about a fifth of the cost. */
  shareWith(before: object, object: object): void {
    const known = before as Record<string, unknown>;
    const fields = object as Record<string, unknown>;
    for (const name in fields) {
      const value = fields[name];
      if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) continue;
      fields[name] = isSame(known[name], value) ? known[name] : this.#one(value);
    }
  }

  /** The part that stands for all parts like this one. */
  #one(part: unknown): unknown {
    const key = keyOf(part);
    const known = this.#young.get(key) ?? this.#old.get(key);
    if (known === undefined && typeof part === 'object' && part !== null) this.share(part);
    if (known === undefined ? key.length <= longestKey : !this.#young.has(key)) this.#remember(key, known ?? part);
    return known ?? part;
  }

  #remember(key: string, part: unknown): void {
    if (this.#young.size >= generationSize) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, part);
  }
}

/** Text that two values have in common only when they are equal, in the order of their fields too. */
function keyOf(value: unknown): string {
  if (typeof value === 'string') return `"${value.length}:${value}`;
  if (typeof value !== 'object' || value === null) return `=${String(value)};`;
  let key = Array.isArray(value) ? '[' : '{';
  const fields = value as Record<string, unknown>;
  for (const name in fields) key += `${name}${keyOf(fields[name])}`;
  return `${key}}`;
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>];
  let fields = 0;
  for (const name in one) {
    if (!isSame(one[name], other[name])) return false;
    fields += 1;
  }
  for (const name in other) if (Object.hasOwn(other, name)) fields -= 1;
  return fields === 0 && Array.isArray(a) === Array.isArray(b);
}
