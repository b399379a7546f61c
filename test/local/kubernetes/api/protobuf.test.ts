import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeProtobuf } from '../../../../src/local/kubernetes/kinds/protobuf.js';

const bytes = (number: number, content: Buffer | string): Buffer => {
  const length = Buffer.byteLength(content);
  const size = length < 128 ? [length] : [(length & 127) | 128, length >> 7];
  return Buffer.concat([Buffer.from([...tag(number, 2), ...size]), Buffer.from(content)]);
};
const number = (field: number, value: number): Buffer => Buffer.from([...tag(field, 0), value]);
const tag = (field: number, wire: number): number[] => {
  const value = (field << 3) | wire;
  return value < 128 ? [value] : [(value & 127) | 128, value >> 7];
};
const message = (field: number, ...parts: Buffer[]): Buffer => bytes(field, Buffer.concat(parts));

const envelope = (kind: string, ...object: Buffer[]): Buffer =>
  Buffer.concat([Buffer.from('k8s\0'), message(1, bytes(1, 'v1'), bytes(2, kind)), message(2, ...object)]);

describe('protobuf', () => {
  it('becomes what JSON would have said: inline sources, quantities, times, maps, counts', () => {
    const volume = message(1, bytes(1, 'work'), message(2, message(2, bytes(1, ''), message(2, bytes(1, '1Gi')))));
    const reference = message(3, message(4, message(1, bytes(1, 'keys')), bytes(2, 'token')));
    const container = message(
      2,
      bytes(1, 'main'),
      bytes(2, 'image'),
      bytes(3, 'sh'),
      bytes(3, '-c'),
      message(7, bytes(1, 'T'), bytes(2, ''), reference),
    );
    const metadata = message(1, bytes(1, 'p'), number(7, 0), message(8), message(11, bytes(1, 'a'), bytes(2, '')));
    const spec = message(2, volume, container, bytes(3, 'Never'), number(4, 0));
    expect(decodeProtobuf(envelope('Pod', metadata, spec))).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', labels: { a: '' } },
      spec: {
        volumes: [{ name: 'work', emptyDir: { sizeLimit: '1Gi' } }],
        containers: [
          {
            name: 'main',
            image: 'image',
            command: ['sh', '-c'],
            env: [{ name: 'T', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } }],
          },
        ],
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 0,
      },
    });
  });

  it('keeps the bytes of a secret as base64', () => {
    const entry = message(2, bytes(1, 'key'), bytes(2, Buffer.from([0, 255, 7])));
    expect(decodeProtobuf(envelope('Secret', entry))).toMatchObject({
      data: { key: Buffer.from([0, 255, 7]).toString('base64') },
    });
  });

  it('of any bytes is read or refused, never more', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.constantFrom('Pod', 'Job', 'Secret', 'Event', 'Nothing'),
        (noise, kind) => {
          const text = envelope(kind, Buffer.from(noise));
          try {
            expect(decodeProtobuf(text)).toMatchObject({ kind });
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
