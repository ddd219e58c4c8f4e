/** Protocol Buffers by hand: as much of the wire format as Spark Connect needs. */

/** A field's value: a number or truth value as varint, text and bytes (also messages) with their length; `undefined` is left out. */
export type FieldValue = number | boolean | string | Uint8Array | undefined;

/** Values by field number, the last one where a field repeats: numbers of varints, views of bytes. */
export type Fields = ReadonlyMap<number, number | Uint8Array>;

/**
 * Encodes a message.
 *
 * @param fields - field numbers with their values, in order.
 *
 * Source: Protocol Buffers documentation, encoding.
 */
export function encodeMessage(
  ...fields: readonly (readonly [field: number, value: FieldValue])[]
): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [field, value] of fields) {
    if (value === undefined) continue;
    if (typeof value === "number" || typeof value === "boolean") {
      parts.push(varint(field * 8), varint(Number(value)));
      continue;
    }
    const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
    parts.push(varint(field * 8 + 2), varint(bytes.length), bytes);
  }
  return Buffer.concat(parts);
}

/**
 * Decodes a message.
 *
 * @throws RangeError if it is cut off or of a form that has no meaning here.
 */
export function decodeMessage(bytes: Uint8Array): Fields {
  const fields = new Map<number, number | Uint8Array>();
  let at = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || scale > 2 ** 63) throw new RangeError("a number is cut off");
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new RangeError("a field is cut off");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = readVarint();
    const field = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        fields.set(field, readVarint());
        break;
      case 1:
        fields.set(field, take(8));
        break;
      case 2:
        fields.set(field, take(readVarint()));
        break;
      case 5:
        fields.set(field, take(4));
        break;
      default:
        throw new RangeError(`a field has the unknown wire type ${tag % 8}`);
    }
  }
  return fields;
}

/** Reads a field as a message within; without fields where it is not set. */
export function messageField(fields: Fields, field: number): Fields {
  const bytes = bytesField(fields, field);
  return bytes === null ? new Map() : decodeMessage(bytes);
}

/** Reads a field of bytes; `null` where it is not set. */
export function bytesField(fields: Fields, field: number): Uint8Array | null {
  const value = fields.get(field);
  return value instanceof Uint8Array ? value : null;
}

/** Reads a field of text; empty where it is not set, as the format has it. */
export function textField(fields: Fields, field: number): string {
  const bytes = bytesField(fields, field);
  return bytes === null ? "" : Buffer.from(bytes).toString("utf8");
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
