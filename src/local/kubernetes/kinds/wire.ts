/** A number (varint or fixed) or the bytes of a text or message. */
export type WireValue = bigint | Buffer;

/**
 * Reads one protobuf message into its fields: number → values in order.
 *
 * @throws RangeError when the bytes end early or are no protobuf
 * @see protobuf.dev/programming-guides/encoding
 */
export function readWire(bytes: Buffer): ReadonlyMap<number, readonly WireValue[]> {
  const fields = new Map<number, WireValue[]>();
  let position = 0;

  const take = (length: number): Buffer => {
    if (length > bytes.length - position) throw new RangeError('the message ends early');
    position += length;
    return bytes.subarray(position - length, position);
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = take(1)[0] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number is too long');
  };

  while (position < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    const value = readValue(tag & 7);
    const values = fields.get(number);
    if (values) values.push(value);
    else fields.set(number, [value]);
  }
  return fields;

  function readValue(wireType: number): WireValue {
    switch (wireType) {
      case 0:
        return varint();
      case 1:
        return take(8).readBigUInt64LE();
      case 2:
        return take(Number(varint()));
      case 5:
        return BigInt(take(4).readUInt32LE());
      default:
        throw new RangeError(`wire type ${wireType} is not known`);
    }
  }
}
