import { isMap, parseDocument } from 'yaml';
import { ConfigFlaw, fillPlaces, ownKey } from './config-template.js';
import type { Assignment, Setting } from './parameter.js';
import { numberIn } from './results.js';

/**
 * The YAML file a program gets for one trial.
 *
 * The constants text is a template of one mapping; its places are filled, everything
 * else stays as it is written. Settings that it does not mention are added at its top,
 * behind the others, texts that are numbers as numbers. Without a text the mapping
 * holds the settings alone.
 *
 * Numbers are written so that readers of YAML 1.1, such as PyYAML, take them for
 * numbers: 1.0e-05 and not 1e-05. For them y, no and their like are quoted.
 *
 * @throws ConfigFlaw when that is no YAML, or no mapping, or has a key of a setting's name
 */
export function yamlConfig(assignment: Assignment, constants: string): string {
  const { text, mentioned } = fillPlaces(assignment, constants, inPlace);
  const contents = mappingIn(text);
  const missing = assignment.filter(({ name }) => !mentioned.has(name));
  if (missing.length === 0) return text;
  const twice = missing.find(({ name }) => contents?.has(name));
  if (twice) throw ownKey(twice.name, text);
  if (/^\.\.\.\s*$/m.test(text)) throw new ConfigFlaw('its document ends before settings can be added', text);
  const entries = missing.map((setting) => `${keyOf(setting.name)}: ${alone(setting)}`);
  if (contents?.flow) {
    const [, end] = contents.range;
    const inside = text.slice(0, end - 1).trimEnd();
    const separator = /[{,]$/.test(inside) ? '' : ',';
    return `${inside}${separator} ${entries.join(', ')} }${text.slice(end)}`;
  }
  const indent = ' '.repeat(contents ? contents.range[0] - (text.lastIndexOf('\n', contents.range[0] - 1) + 1) : 0);
  const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return `${before}${entries.map((entry) => `${indent}${entry}\n`).join('')}`;
}

/** Null when there is nothing in it. @throws ConfigFlaw */
function mappingIn(text: string) {
  const { contents, errors } = parseDocument(text, { version: '1.1', prettyErrors: true });
  const [error] = errors;
  if (error) {
    const { line, col: column } = error.linePos?.[0] ?? { line: 1, col: 1 };
    const [message = ''] = error.message.split('\n');
    throw new ConfigFlaw(message.replace(/ at line \d+, column \d+:?$/, ''), text, { line, column });
  }
  if (contents === null || isMap(contents)) return contents;
  throw new ConfigFlaw('it is no mapping at its top', text);
}

function inPlace({ value, text }: Setting): string {
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' ? asNumber(text) : text;
}

function alone(setting: Setting): string {
  const { value, text } = setting;
  if (typeof value !== 'string') return inPlace(setting);
  return numberIn(text) === undefined ? JSON.stringify(text) : asNumber(text);
}

function keyOf(name: string): string {
  const isPlain = /^[A-Za-z_][\w-]*$/.test(name) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(name);
  return isPlain ? name : JSON.stringify(name);
}

/** YAML 1.1 knows an exponent only behind a point, and only with its sign. */
function asNumber(text: string): string {
  const [, digits = text, exponent] = /^([^eE]+)[eE](.+)$/.exec(text) ?? [];
  if (exponent === undefined) return text;
  return `${digits.includes('.') ? digits : `${digits}.0`}e${/^[-+]/.test(exponent) ? '' : '+'}${exponent}`;
}
