import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A key and the certificate for it, as PEM. */
export interface Identity {
  readonly key: string;
  readonly certificate: string;
}

/**
 * Makes a self-signed certificate for 127.0.0.1 and localhost, good for ten
 * years, which clients take as their only authority.
 *
 * Written out in DER because Node has no maker of certificates. It is needed at
 * all because kubectl sends a token over TLS only.
 *
 * @see RFC 5280, section 4.1
 */
export function makeIdentity(now: Date): Identity {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const spki = createPublicKey(createPrivateKey(key)).export({ type: 'spki', format: 'der' });
  const name = sequence(set(sequence(oid(2, 5, 4, 3), element(0x0c, Buffer.from('glados-local')))));
  const end = new Date(now);
  end.setUTCFullYear(now.getUTCFullYear() + 10);
  const algorithm = sequence(oid(1, 2, 840, 10045, 4, 3, 2));
  const body = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name,
    sequence(time(new Date(now.getTime() - 3_600_000)), time(end)),
    name,
    spki,
    element(0xa3, sequence(basicConstraints(), alternativeNames())),
  );
  const signature = sign('sha256', body, key);
  const der = sequence(body, algorithm, element(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = der.toString('base64').match(/.{1,64}/gu) ?? [];
  return { key, certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n` };
}

/** It signs itself: an authority, and critical as such. */
const basicConstraints = (): Buffer =>
  sequence(
    oid(2, 5, 29, 19),
    element(0x01, Buffer.from([0xff])),
    element(0x04, sequence(element(0x01, Buffer.from([0xff])))),
  );

const alternativeNames = (): Buffer =>
  sequence(
    oid(2, 5, 29, 17),
    element(0x04, sequence(element(0x87, Buffer.from([127, 0, 0, 1])), element(0x82, Buffer.from('localhost')))),
  );

function element(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...contents: readonly Buffer[]): Buffer => element(0x30, ...contents);
const set = (...contents: readonly Buffer[]): Buffer => element(0x31, ...contents);
const integer = (bytes: Buffer): Buffer => element(0x02, bytes);

/** GeneralizedTime, whole seconds. */
const time = (at: Date): Buffer => element(0x18, Buffer.from(`${at.toISOString().replaceAll(/[-:T]|\.\d+/gu, '')}`));

/** Base 128, high bit on all but the last byte of each part. */
function oid(first: number, second: number, ...rest: readonly number[]): Buffer {
  const bytes = rest.flatMap((part) => {
    const digits = [part & 0x7f];
    for (let high = part >> 7; high > 0; high >>= 7) digits.unshift((high & 0x7f) | 0x80);
    return digits;
  });
  return element(0x06, Buffer.from([first * 40 + second, ...bytes]));
}
