import { fillPlaces } from './config-template.js';
import type { Assignment } from './parameter.js';

/**
 * The INI file a program gets for one trial, without a newline at its end.
 *
 * `[DEFAULT]`, then the constants text with every `{name}` replaced by that
 * setting, then `name = value` for each setting the text did not mention: before
 * the text's first section header, so that it stays in `[DEFAULT]`. What is a place,
 * `fillPlaces` says.
 *
 * Given x=1, y=1 and no text returns `[DEFAULT]\n\nx = 1\ny = 1`; the blank line is v1's.
 */
export function iniConfig(assignment: Assignment, constants: string): string {
  const { text, mentioned } = fillPlaces(assignment, constants, ({ text: spelled }) => spelled);
  const lines = text.split('\n');
  const missing = assignment
    .filter((setting) => !mentioned.has(setting.name))
    .map((setting) => `${setting.name} = ${setting.text}`);
  lines.splice(firstSectionAt(lines), 0, ...missing);
  return ['[DEFAULT]', ...lines].join('\n').replace(/[\r\n]+$/, '');
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
