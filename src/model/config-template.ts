import type { Assignment, Setting } from './parameter.js';

/** A configuration file that would not be one. Line and column count from 1. */
export class ConfigFlaw extends Error {
  readonly line: number;
  readonly column: number;
  /** The constants text with its places filled. */
  readonly text: string;

  constructor(message: string, text: string, { line, column } = { line: 1, column: 1 }) {
    super(message);
    this.text = text;
    this.line = line;
    this.column = column;
  }
}

/** A setting that is to be added, under a key that the text has already: which of them counts nobody could tell. */
export function ownKey(name: string, text: string): ConfigFlaw {
  return new ConfigFlaw(`it has a key "${name}" of its own, and that is a setting`, text);
}

/**
 * `text` with every `{name}` of the assignment replaced in one pass, and the names that
 * were met. `{{name}}` stands for `{name}` itself. Braces that name no setting are left
 * as they are; a value that looks like a place is not replaced again.
 */
export function fillPlaces(
  assignment: Assignment,
  text: string,
  spell: (setting: Setting) => string,
): { readonly text: string; readonly mentioned: ReadonlySet<string> } {
  const spelled = new Map(assignment.map((setting) => [setting.name, spell(setting)]));
  const mentioned = new Set<string>();
  if (spelled.size === 0) return { text, mentioned };
  const name = `(?:${[...spelled.keys()].map(escaped).join('|')})`;
  const filled = text.replaceAll(new RegExp(`\\{\\{${name}\\}\\}|\\{${name}\\}`, 'g'), (place) => {
    if (place.startsWith('{{')) return place.slice(1, -1);
    const named = place.slice(1, -1);
    mentioned.add(named);
    return spelled.get(named) ?? place;
  });
  return { text: filled, mentioned };
}

function escaped(name: string): string {
  return name.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
