// The sealing of Sealed Secrets, as its controller reads it (bitnami-labs/sealed-secrets, pkg/crypto): a session key is
// encrypted with RSA-OAEP (SHA-256, the scope as label), the value with AES-256-GCM under that key.
//   2 bytes    length of the next part, big-endian
//   n bytes    the session key, encrypted
//   the rest   the value, encrypted, and the 16 bytes of its tag
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { parseAllDocuments } from 'yaml';
import { Refusal } from './refusal.mjs';

export const scopes = ['strict', 'namespace-wide', 'cluster-wide'];
const annotation = (scope) => `sealedsecrets.bitnami.com/${scope}`;
const tagBytes = 16;
/** A session key seals one value, so the nonce may be the same always. */
const nonce = Buffer.alloc(12);

/** The annotations that tell the controller a scope; strict, the default, has none. */
export const annotationsOf = (scope) => (scope === 'strict' ? {} : { [annotation(scope)]: 'true' });

/** The scope that an object's annotations tell. */
export function scopeOf({ annotations = {} }) {
  return scopes.find((scope) => annotations?.[annotation(scope)] === 'true') ?? 'strict';
}

/** What a sealed value is bound to: it opens under this name and namespace only, as far as the scope says so. */
function labelOf({ namespace, name, scope }) {
  return Buffer.from({ strict: `${namespace}/${name}`, 'namespace-wide': namespace, 'cluster-wide': '' }[scope]);
}

function oaep(key, place) {
  return { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256', oaepLabel: labelOf(place) };
}

/** @returns base64; another text at every call */
export function seal(certificate, place, value) {
  const sessionKey = randomBytes(32);
  const wrapped = publicEncrypt(oaep(certificate.publicKey, place), sessionKey);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(wrapped.length);
  const cipher = createCipheriv('aes-256-gcm', sessionKey, nonce);
  return Buffer.concat([length, wrapped, cipher.update(value), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

/** The value, opened by the first key that fits. Throws a Refusal when none does. */
export function unseal(privateKeys, place, sealed) {
  const bytes = Buffer.from(sealed, 'base64');
  const end = bytes.length < 2 ? 2 : 2 + bytes.readUInt16BE(0);
  for (const key of privateKeys) {
    try {
      const decipher = createDecipheriv('aes-256-gcm', privateDecrypt(oaep(key, place), bytes.subarray(2, end)), nonce);
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      return Buffer.concat([decipher.update(bytes.subarray(end, -tagBytes)), decipher.final()]);
    } catch {
      // Not this key's, or not what was sealed: the next may fit, and if none does that is said below.
    }
  }
  throw new Refusal(`No key given opens a value of ${place.namespace}/${place.name} (scope ${place.scope}).`);
}

/** The certificate to seal to. Throws a Refusal when it is none, not of RSA, or out of its time. */
export function readCertificate(pem, from) {
  let certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (error) {
    throw new Refusal(`${from} holds no certificate in PEM.`, { cause: error });
  }
  if (certificate.publicKey.asymmetricKeyType !== 'rsa')
    throw new Refusal(`${from} is not a certificate of an RSA key.`);
  const [begins, ends] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  if (ends < new Date())
    throw new Refusal(`${from} ran out on ${ends.toISOString()}: fetch the controller's present one.`);
  if (begins > new Date()) throw new Refusal(`${from} is not valid before ${begins.toISOString()}.`);
  return certificate;
}

/** Private keys of a controller: PEM, or the Secrets (one, a List, or several documents) that it keeps them in. */
export function readPrivateKeys(text, from) {
  const pems = text.trimStart().startsWith('-----BEGIN') ? [text] : keysOfSecrets(text);
  if (pems.length === 0) throw new Refusal(`${from} holds no private key: neither PEM nor a Secret with tls.key.`);
  return pems.map((pem) => createPrivateKey(pem));
}

function keysOfSecrets(text) {
  const objects = parseAllDocuments(text).flatMap((document) => document.toJS()?.items ?? [document.toJS()]);
  return objects.flatMap((object) => object?.data?.['tls.key'] ?? []).map((data) => Buffer.from(data, 'base64'));
}
