import { randomBytes } from 'node:crypto';
import type { FailureCause } from '../api-failure.js';
import type { Kind } from '../resources.js';

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/u;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/u;
const qualifiedPart = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/u;

const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric " +
  "character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const qualifiedRule =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const labelValueRule =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

export const invalid = (field: string, value: unknown, why: string): FailureCause => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
});

export const required = (field: string, why = ''): FailureCause => ({
  reason: 'FieldValueRequired',
  field,
  message: why === '' ? 'Required value' : `Required value: ${why}`,
});

export const unsupported = (field: string, value: unknown, supported: readonly string[]): FailureCause => ({
  reason: 'FieldValueNotSupported',
  field,
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((one) => `"${one}"`).join(', ')}`,
});

export const forbidden = (field: string, why: string): FailureCause => ({
  reason: 'FieldValueForbidden',
  field,
  message: `Forbidden: ${why}`,
});

/** An object's name: a DNS label for namespaces, a DNS subdomain for the rest. */
export function nameCauses({ resource }: Kind, name: string): FailureCause[] {
  const field = 'metadata.name';
  if (name === '') return [required(field, 'name or generateName is required')];
  if (resource === 'namespaces') return labelCauses(field, name);
  if (name.length > 253) return [invalid(field, name, 'must be no more than 253 bytes')];
  return subdomain.test(name) ? [] : [invalid(field, name, subdomainRule)];
}

/** A DNS label of at most 63 characters, as containers and volumes are named. */
export function labelCauses(field: string, name: string): FailureCause[] {
  if (name.length > 63) return [invalid(field, name, 'must be no more than 63 bytes')];
  return label.test(name) ? [] : [invalid(field, name, labelRule)];
}

export function labelsCauses(field: string, labels: Readonly<Record<string, string>>): FailureCause[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedNameCauses(field, key),
    ...(isLabelValue(value) ? [] : [invalid(field, value, labelValueRule)]),
    ...(value.length > 63 ? [invalid(field, value, 'must be no more than 63 bytes')] : []),
  ]);
}

export function qualifiedNameCauses(field: string, key: string): FailureCause[] {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2 || (parts.length === 2 && !subdomain.test(parts[0] ?? ''))) {
    return [invalid(field, key, `prefix part ${subdomainRule}`)];
  }
  if (name.length > 63) return [invalid(field, key, 'name part must be no more than 63 bytes')];
  return qualifiedPart.test(name) ? [] : [invalid(field, key, qualifiedRule)];
}

export const isQualifiedName = (key: string): boolean => qualifiedNameCauses('', key).length === 0;

export const isLabelValue = (value: string): boolean => value === '' || qualifiedPart.test(value);

/** Without vowels and look-alikes, as the real server generates. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

export function generateName(prefix: string): string {
  const suffix = [...randomBytes(5)].map((byte) => alphabet[byte % alphabet.length]).join('');
  return prefix.slice(0, 58) + suffix;
}
