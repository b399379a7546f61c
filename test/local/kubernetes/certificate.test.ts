import { X509Certificate, createPrivateKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { makeIdentity } from '../../../src/local/kubernetes/certificate.js';

describe('the certificate', () => {
  it('is for this machine, ten years long, and signed by itself', () => {
    const now = new Date('2026-02-28T12:00:00Z');
    const { key, certificate } = makeIdentity(now);
    const parsed = new X509Certificate(certificate);
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(parsed.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(parsed.checkHost('localhost')).toBe('localhost');
    expect(parsed.checkIP('127.0.0.2')).toBeUndefined();
    expect(new Date(parsed.validFrom) < now).toBe(true);
    expect(new Date(parsed.validTo).getUTCFullYear()).toBe(2036);
    expect(parsed.ca).toBe(true);
  });

  it('is another one each time', () => {
    const [one, two] = [makeIdentity(new Date()), makeIdentity(new Date())];
    expect(new X509Certificate(one.certificate).serialNumber).not.toBe(
      new X509Certificate(two.certificate).serialNumber,
    );
    expect(one.key).not.toBe(two.key);
  });
});
