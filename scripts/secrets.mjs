// Secrets that may be committed: npm run secrets -- seal|rotate|check|certificate. See docs/secrets.md.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findSecrets } from './secrets/check.mjs';
import { askController } from './secrets/controller.mjs';
import {
  manifestText,
  readSealed,
  readSealedIfThere,
  readSecret,
  readValues,
  resealed,
  sealedSecret,
  writeManifest,
} from './secrets/manifest.mjs';
import { Refusal } from './secrets/refusal.mjs';
import { readCertificate, readPrivateKeys, scopes } from './secrets/seal.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const defaultCertificate = join(root, 'deploy', 'secrets', 'sealing.crt');

const usage = `Usage: npm run secrets -- VERB ...     (npm swallows options that stand before the --)

  seal --name NAME --from KEY=FILE ... --random KEY=BYTES ... [--out FILE]
  seal SECRET.yaml [--out FILE]        a plain manifest; - reads it from the standard input
      --from KEY=FILE        a value, byte for byte; - is the standard input
      --random KEY=BYTES     a new random value, hexadecimal; --show prints it once
      --out FILE             write there; what the file holds under other keys stays. Without it: standard output
      --namespace NAMESPACE  default glados
      --scope SCOPE          ${scopes.join(', ')}; default strict: opens under this name and namespace only
      --type TYPE            default Opaque
      --cert FILE            certificate of the controller; default deploy/secrets/sealing.crt

  rotate FILE ...            seals what is in SealedSecrets anew
      --private-key FILE     opens with these keys (a saved copy), seals to --cert
      --controller NS/NAME   asks the controller to do it: nothing leaves the cluster in the open

  check [DIRECTORY ...]      fails when a secret stands in the open; default: the repository
  certificate                fetches the controller's certificate (--controller, default kube-system/sealed-secrets-controller)
                             and writes it to --cert
`;

const string = { type: 'string' };
const list = { type: 'string', multiple: true, default: [] };
const options = {
  name: string,
  namespace: string,
  scope: string,
  type: string,
  cert: string,
  out: string,
  controller: string,
  'private-key': string,
  from: list,
  random: list,
  show: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
};

function sealOne(values, [manifest, ...more]) {
  if (more.length > 0) throw new Refusal('seal takes one manifest.');
  if (values.scope !== undefined && !scopes.includes(values.scope))
    throw new Refusal(`--scope is one of ${scopes.join(', ')}.`);
  const given =
    manifest === undefined ? { values: new Map() } : readSecret(read(manifest === '-' ? 0 : manifest), manifest);
  const made = readValues({ files: values.from, random: values.random });
  const secret = {
    ...given,
    name: values.name ?? given.name,
    namespace: values.namespace ?? given.namespace ?? 'glados',
    scope: values.scope ?? given.scope ?? 'strict',
    type: values.type ?? given.type,
    values: new Map([...given.values, ...made]),
  };
  if (secret.values.size === 0) throw new Refusal('There is no value to seal: give a manifest, --from or --random.');
  for (const [key, value] of secret.values) {
    if (value.at(-1) === 10)
      process.stderr.write(`The value of ${key} ends in a line break, which is sealed with it.\n`);
  }
  const before = values.out === undefined ? undefined : readSealedIfThere(values.out);
  const sealed = sealedSecret(certificateOf(values), secret, before);
  if (values.out === undefined && values.show)
    throw new Refusal('--show needs --out: both cannot go to the standard output.');
  if (values.out === undefined) process.stdout.write(manifestText(sealed));
  else {
    mkdirSync(dirname(values.out), { recursive: true });
    writeManifest(values.out, sealed);
  }
  if (values.show) for (const option of values.random) show(option.split('=')[0], made);
}

function show(key, values) {
  process.stdout.write(`${key}: ${values.get(key)}\n`);
}

function certificateOf({ cert = defaultCertificate }) {
  if (!existsSync(cert)) {
    throw new Refusal(
      `There is no certificate ${relative(process.cwd(), cert)}. Fetch it: npm run secrets -- certificate`,
    );
  }
  return readCertificate(read(cert), cert);
}

/** All are sealed before the first is written: a key that does not fit leaves every file as it was. */
function rotate(values, paths) {
  if (paths.length === 0) throw new Refusal('Name the files to seal anew.');
  if ((values['private-key'] === undefined) === (values.controller === undefined)) {
    throw new Refusal('Give --private-key FILE or --controller NAMESPACE/NAME: something must open what was sealed.');
  }
  const again = values.controller ? askController(values.controller).rotated : reseal(values);
  const done = paths.map((path) => [path, again(readSealed(path))]);
  for (const [path, sealed] of done) writeManifest(path, sealed);
  process.stdout.write(`Sealed anew: ${paths.join(', ')}\n`);
}

function reseal(values) {
  const keys = readPrivateKeys(read(values['private-key']), values['private-key']);
  const certificate = certificateOf(values);
  return (sealed) => resealed(certificate, keys, sealed);
}

function check(directories) {
  const found = (directories.length > 0 ? directories : [root]).flatMap((directory) => findSecrets(directory));
  for (const { path, line, why } of found) process.stdout.write(`${path}:${line}: ${why}\n`);
  if (found.length > 0)
    throw new Refusal(
      'Secrets stand in the open. Seal them (npm run secrets -- seal), and change their values: they are known.',
    );
}

function fetchCertificate({ cert = defaultCertificate, controller = 'kube-system/sealed-secrets-controller' }) {
  const pem = askController(controller).certificate();
  readCertificate(pem, controller);
  writeFileSync(cert, pem);
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Refusal(`${path} could not be read: ${error.code}.`, { cause: error });
  }
}

function main() {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [verb, ...rest] = positionals;
  const verbs = { seal: sealOne, rotate, check: (_values, paths) => check(paths), certificate: fetchCertificate };
  if (values.help || !Object.hasOwn(verbs, verb ?? '')) {
    (values.help ? process.stdout : process.stderr).write(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  verbs[verb](values, rest);
}

try {
  main();
} catch (error) {
  const isUsage = error instanceof Refusal || String(error.code).startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${isUsage ? error.message : error.stack}\n`);
  process.exitCode = isUsage && !(error instanceof Refusal) ? 2 : 1;
}
