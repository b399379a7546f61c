// From Secrets to SealedSecrets: which values there are, and the manifest that holds them sealed.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseAllDocuments, stringify } from 'yaml';
import { Refusal } from './refusal.mjs';
import { annotationsOf, scopeOf, seal, unseal } from './seal.mjs';

const dnsName = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const keyName = /^[-._a-zA-Z0-9]{1,253}$/;
const note =
  '# Sealed: only the controller of the cluster can open it. Written by `npm run secrets`, safe to commit.\n';

/** The one plain Secret in a text, with its values as bytes. */
export function readSecret(text, from) {
  const objects = parseAllDocuments(text).map((document) => document.toJS());
  const [secret, ...more] = objects.filter(Boolean);
  if (secret?.kind !== 'Secret' || more.length > 0) throw new Refusal(`${from} is not one manifest of kind Secret.`);
  const encoded = Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]);
  const plain = Object.entries(secret.stringData ?? {}).map(([key, value]) => [key, Buffer.from(String(value))]);
  const { name, namespace, labels, annotations } = secret.metadata ?? {};
  return {
    name,
    namespace,
    labels,
    type: secret.type,
    scope: scopeOf({ annotations }),
    values: new Map([...encoded, ...plain]),
  };
}

/** Values of `KEY=FILE` options, byte for byte, and of `KEY=BYTES` options: random ones, in hexadecimal. */
export function readValues({ files, random }) {
  const values = new Map();
  for (const [key, path] of files.map(pair)) values.set(key, readFileSync(path === '-' ? 0 : path));
  for (const [key, count] of random.map(pair)) {
    const bytes = Number(count);
    if (!Number.isInteger(bytes) || bytes < 16 || bytes > 512) {
      throw new Refusal(`--random ${key}=${count}: a number of bytes from 16 to 512 is needed.`);
    }
    values.set(key, Buffer.from(randomBytes(bytes).toString('hex')));
  }
  return values;
}

function pair(option) {
  const at = option.indexOf('=');
  if (at < 1 || at === option.length - 1) throw new Refusal(`"${option}" is not KEY=VALUE.`);
  return [option.slice(0, at), option.slice(at + 1)];
}

/** The SealedSecret of these values; those of `before`, a SealedSecret of the same place, stay where they are not given. */
export function sealedSecret(certificate, { name, namespace, scope, type, labels, values }, before) {
  if (!dnsName.test(name ?? '')) throw new Refusal(`"${name ?? ''}" is no name for a Secret: name it with --name.`);
  if (!dnsName.test(namespace)) throw new Refusal(`"${namespace}" is no name of a namespace.`);
  const wrong = [...values.keys()].find((key) => !keyName.test(key));
  if (wrong !== undefined) throw new Refusal(`"${wrong}" is no key: letters, digits, ".", "_" and "-" only.`);
  const place = { name, namespace, scope };
  if (before && !samePlace(before, place)) {
    throw new Refusal(
      `The file holds another Secret than ${namespace}/${name} (scope ${scope}): values cannot be put into it.`,
    );
  }
  const annotations = annotationsOf(scope);
  const metadata = { name, namespace, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) };
  const sealed = Object.fromEntries([...values].map(([key, value]) => [key, seal(certificate, place, value)]));
  const kept = labels ?? before?.spec.template?.metadata?.labels;
  const template = { ...metadata, ...(kept ? { labels: kept } : {}) };
  return {
    apiVersion: 'bitnami.com/v1alpha1',
    kind: 'SealedSecret',
    metadata,
    spec: {
      encryptedData: { ...before?.spec.encryptedData, ...sealed },
      template: { metadata: template, type: type ?? before?.spec.template?.type ?? 'Opaque' },
    },
  };
}

const placeOf = ({ metadata }) => ({ name: metadata.name, namespace: metadata.namespace, scope: scopeOf(metadata) });

function samePlace(sealed, place) {
  const own = placeOf(sealed);
  return Object.keys(own).every((key) => own[key] === place[key]);
}

/** The SealedSecret in a file. */
export function readSealed(path) {
  const objects = parseAllDocuments(readFileSync(path, 'utf8')).map((document) => document.toJS());
  if (objects.length !== 1 || objects[0]?.kind !== 'SealedSecret')
    throw new Refusal(`${path} is not one manifest of kind SealedSecret.`);
  return objects[0];
}

export const readSealedIfThere = (path) => (existsSync(path) ? readSealed(path) : undefined);

/** The same values, sealed to another certificate. */
export function resealed(certificate, privateKeys, sealed) {
  const place = placeOf(sealed);
  const again = Object.entries(sealed.spec.encryptedData).map(([key, value]) => [
    key,
    seal(certificate, place, unseal(privateKeys, place, value)),
  ]);
  return { ...sealed, spec: { ...sealed.spec, encryptedData: Object.fromEntries(again) } };
}

export const manifestText = (sealed) => note + stringify(sealed, { lineWidth: 0 });

/** Whole or not at all: a reader never sees half a file. */
export function writeManifest(path, sealed) {
  writeFileSync(`${path}.partial`, manifestText(sealed));
  renameSync(`${path}.partial`, path);
}
