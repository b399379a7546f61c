import { ConfigFlaw, fillPlaces, ownKey } from './config-template.js';
import type { Assignment, Setting } from './parameter.js';
import { numberIn } from './results.js';

/**
 * The JSON file a program gets for one trial.
 *
 * The constants text is a template of one object. A place holds a number, `true` or
 * `false` as it stands, and what belongs between the quotes of a text; settings that
 * the text does not mention are added to the object, behind the others, texts that
 * are numbers as numbers. Without a text the object holds the settings alone.
 *
 * @throws ConfigFlaw when that is no JSON, or no object, or has a key of a setting's name
 */
export function jsonConfig(assignment: Assignment, constants: string): string {
  const template = constants.trim() === '' ? '{}' : constants;
  const { text, mentioned } = fillPlaces(assignment, template, inside);
  const object = parsed(text);
  const missing = assignment.filter(({ name }) => !mentioned.has(name));
  if (missing.length === 0) return text;
  const twice = missing.find(({ name }) => Object.hasOwn(object, name));
  if (twice) throw ownKey(twice.name, text);
  const head = text.slice(0, text.lastIndexOf('}')).trimEnd();
  const separator = Object.keys(object).length === 0 ? '' : ',';
  const added = missing.map((setting) => `  ${JSON.stringify(setting.name)}: ${alone(setting)}`);
  return `${head}${separator}\n${added.join(',\n')}\n}\n`;
}

function parsed(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const { message } = error as SyntaxError;
    const at = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
    throw new ConfigFlaw(message.replace(/ (in JSON )?at position \d+.*/, ''), text, placeOf(text, at));
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new ConfigFlaw('it is no object', text);
}

function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

function inside({ value, text }: Setting): string {
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' ? text : JSON.stringify(text).slice(1, -1);
}

function alone(setting: Setting): string {
  const { value, text } = setting;
  if (typeof value !== 'string') return inside(setting);
  const isNumber = numberIn(text) !== undefined && /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(text);
  return isNumber ? text : JSON.stringify(text);
}
