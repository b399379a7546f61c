// Finds secrets that stand in the open: in manifests (also helm's output and templates), kustomizations, and key files.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';

const skipped = new Set(['node_modules', '.git', 'dist', 'coverage', '.glados', 'generated']);
const largest = 5_000_000;
const keyFile = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----|AGE-SECRET-KEY-1[0-9A-Z]{20}/;

/** Every finding below `directory`: `{ path, line, why }`, with `path` relative to it. */
export function findSecrets(directory) {
  return filesBelow(directory).flatMap((path) => {
    const text = readFileSync(path, 'utf8');
    return [...inKeys(text), ...inManifests(path, text)].map((found) => ({
      path: relative(directory, path),
      ...found,
    }));
  });
}

function filesBelow(directory) {
  if (!statSync(directory).isDirectory()) return [directory];
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : filesBelow(path);
    return entry.isFile() && statSync(path).size <= largest ? [path] : [];
  });
}

function inKeys(text) {
  const at = text.search(keyFile);
  return at < 0 ? [] : [{ line: lineAt(text, at), why: 'a private key' }];
}

function inManifests(path, text) {
  if (!/\.(ya?ml|json|tpl)$/.test(path) || !/Secret|secretGenerator/.test(text)) return [];
  const documents = parseAllDocuments(text);
  // What helm makes a manifest of is no YAML yet.
  if (documents.some(({ errors }) => errors.length > 0)) return inTemplate(text);
  return documents.flatMap((document) => {
    const line = lineAt(text, document.range[0]);
    const objects = [document.toJS({ maxAliasCount: 1000 })].flatMap((object) => object?.items ?? [object]);
    return objects.flatMap((object) => inObject(object, path)).map((why) => ({ line, why }));
  });
}

function inObject(object, path) {
  if (object?.kind === 'Secret') {
    const values = { ...object.data, ...object.stringData };
    const open = Object.keys(values).filter((key) => !isEncrypted(object, values[key]));
    return open.length > 0 ? [`a plain Secret "${object.metadata?.name}" with ${open.join(', ')}`] : [];
  }
  if (object?.kind === 'SealedSecret') {
    const beside = Object.entries(object.spec?.template?.data ?? {}).filter(([, text]) => !String(text).includes('{{'));
    return beside.length > 0 ? [`plain values beside the sealed ones: ${beside.map(([key]) => key).join(', ')}`] : [];
  }
  return (object?.secretGenerator ?? []).flatMap((generator) => {
    const literals = (generator.literals ?? []).map((literal) => String(literal).split('=')[0]);
    const files = [...(generator.files ?? []), ...(generator.envs ?? []), ...[generator.env ?? []].flat()]
      .map((file) => String(file).split('=').at(-1))
      .filter((file) => isThere(join(dirname(path), file)));
    const found = [...literals, ...files];
    return found.length > 0 ? [`a secretGenerator "${generator.name}" with ${found.join(', ')}`] : [];
  });
}

/** SOPS leaves the kind and encrypts the values. */
function isEncrypted(object, value) {
  return object.sops !== undefined && String(value).startsWith('ENC[AES256_GCM,data:');
}

function isThere(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function inTemplate(text) {
  let at = 0;
  return text.split(/^---.*$/m).flatMap((part) => {
    const line = lineAt(text, at);
    at += part.length;
    const isPlain = /^kind:\s*["']?Secret["']?\s*$/m.test(part) && /^(data|stringData):/m.test(part);
    return isPlain ? [{ line, why: 'a template of a plain Secret' }] : [];
  });
}

function lineAt(text, at) {
  return text.slice(0, at).split('\n').length;
}
