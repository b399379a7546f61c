import type { Assignment } from './parameter.js';

/**
 * The INI file a program gets for one trial, without a newline at its end.
 *
 * `[DEFAULT]`, then the constants text with every `{name}` replaced by that
 * setting, then `name = value` for each setting the text did not mention: before
 * the text's first section header, so that it stays in `[DEFAULT]`. Braces that
 * name no setting are left as they are; a value that looks like a place is not
 * replaced again.
 *
 * Given x=1, y=1 and no text returns `[DEFAULT]\n\nx = 1\ny = 1`; the blank line is v1's.
 */
export function iniConfig(assignment: Assignment, constants: string): string {
  const { text, mentioned } = fillPlaces(assignment, constants);
  const lines = text.split('\n');
  const missing = assignment
    .filter((setting) => !mentioned.has(setting.name))
    .map((setting) => `${setting.name} = ${setting.text}`);
  lines.splice(firstSectionAt(lines), 0, ...missing);
  return ['[DEFAULT]', ...lines].join('\n').replace(/[\r\n]+$/, '');
}

/** `text` with every `{name}` of the assignment replaced in one pass, and the names that were met. */
function fillPlaces(assignment: Assignment, text: string): { text: string; mentioned: ReadonlySet<string> } {
  const texts = new Map(assignment.map((setting) => [setting.name, setting.text]));
  const mentioned = new Set<string>();
  if (texts.size === 0) return { text, mentioned };
  const places = new RegExp(`\\{(${[...texts.keys()].map(escaped).join('|')})\\}`, 'g');
  const filled = text.replaceAll(places, (place, name: string) => {
    mentioned.add(name);
    return texts.get(name) ?? place;
  });
  return { text: filled, mentioned };
}

function escaped(name: string): string {
  return name.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/**
 * Index of the first line that Python's configparser takes for a section header;
 * the number of lines when there is none.
 *
 * A line indented deeper than the option before it continues that option's value,
 * even when it looks like a header.
 */
function firstSectionAt(lines: readonly string[]): number {
  let optionIndent = Number.POSITIVE_INFINITY;
  for (const [at, line] of lines.entries()) {
    const content = line.trim();
    const indent = line.search(/\S/);
    if (content === '' || content.startsWith('#') || content.startsWith(';') || indent > optionIndent) continue;
    if (/^\[.+\]/.test(content)) return at;
    optionIndent = indent;
  }
  return lines.length;
}
