/** Checks the messages of Arrow bytes before they are read: every length they say lies within what is there. */

/** Fields of a schema, those within others counted too: a field may stand in many places at no cost of bytes. */
const MOST_FIELDS = 100_000;
const DEEPEST_FIELD = 64;
/** Rows of a batch without bytes, as columns of type Null have. */
const MOST_ROWS_WITHOUT_BYTES = 1 << 20;
const MAGIC = "ARROW1";

/**
 * Checks that nothing in Arrow bytes points or counts beyond them.
 *
 * The reader trusts the lengths of vectors and batches; a flipped bit would have it make billions of objects.
 *
 * @param bytes - a file or a stream.
 * @throws Error that says what is wrong, in words.
 *
 * Source: Apache Arrow columnar format, IPC; `File.fbs`, `Message.fbs`, `Schema.fbs`; the verifier of FlatBuffers.
 */
export function checkArrowBytes(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (magicAt(bytes, 0)) checkFile(bytes, view);
    else checkStream(view);
  } catch (error) {
    if (error instanceof RangeError) throw new Error("its metadata point outside of it");
    throw error;
  }
}

function magicAt(bytes: Uint8Array, at: number): boolean {
  return [...MAGIC].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));
}

/** The footer of a file says where its batches are. */
function checkFile(bytes: Uint8Array, view: DataView): void {
  const end = bytes.length - MAGIC.length - 4;
  if (end < 8 || !magicAt(bytes, end + 4)) throw new Error("its end is missing");
  const length = view.getInt32(end, true);
  if (length <= 0 || length > end) throw new Error("its footer is longer than it");
  const footer = part(view, end - length, length);
  const root = footer.getUint32(0, true);
  const schema = field(footer, root, 1);
  if (schema === 0) throw new Error("it has no schema");
  checkSchema(footer, target(footer, schema));
  for (const [index, type] of [
    [2, DICTIONARY],
    [3, RECORDS],
  ] as const) {
    const blocks = vector(footer, root, index, 24);
    for (let i = 0; i < blocks.length; i++) {
      const at = long(footer, blocks.start + 24 * i);
      const message = at >= 0 && at < end - length ? messageAt(view, at, end - length) : null;
      if (message?.type !== type) throw new Error("its footer points to no batch");
    }
  }
  checkMetadata(footer, root, 4);
}

/** A stream is one message after another, the schema first. */
function checkStream(view: DataView): void {
  for (let at = 0, first = true; first || at < view.byteLength; first = false) {
    const message = messageAt(view, at, view.byteLength);
    if (message === null && !first) return;
    if ((message?.type === SCHEMA) !== first) {
      throw new Error(first ? "it does not begin with its schema" : "it has two schemas");
    }
    at = message!.end;
  }
}

/** Checks the message at a place; null is the mark of the end. */
function messageAt(
  view: DataView,
  place: number,
  until: number,
): { readonly type: number; readonly end: number } | null {
  if (place + 8 > until) throw new Error("it is cut off between two messages");
  const at = view.getUint32(place, true) === 0xffffffff ? place + 8 : place + 4;
  const length = view.getInt32(at - 4, true);
  if (length === 0) return null;
  if (length < 0 || at + length > until) throw new Error("a message is cut off");
  const { type, body } = checkMessage(part(view, at, length));
  const end = at + length + body;
  if (!(body >= 0 && end <= until)) throw new Error("a message is cut off");
  return { type, end };
}

function part(view: DataView, at: number, length: number): DataView {
  return new DataView(view.buffer, view.byteOffset + at, length);
}

const [SCHEMA, DICTIONARY, RECORDS] = [1, 2, 3];

function checkMessage(view: DataView): { readonly type: number; readonly body: number } {
  const message = view.getUint32(0, true);
  const typeAt = field(view, message, 1);
  const headerAt = field(view, message, 2);
  const bodyAt = field(view, message, 3);
  if (typeAt === 0 || headerAt === 0) throw new Error("a message has no header");
  const type = view.getUint8(typeAt);
  const body = bodyAt === 0 ? 0 : long(view, bodyAt);
  const header = target(view, headerAt);
  checkMetadata(view, message, 4);
  if (type === SCHEMA) {
    checkSchema(view, header);
  } else if (type === DICTIONARY) {
    const data = field(view, header, 1);
    if (data === 0) throw new Error("a dictionary has no values");
    checkBatch(view, target(view, data), body);
  } else if (type === RECORDS) {
    checkBatch(view, header, body);
  } else {
    throw new Error(`a message is of the unknown type ${type}`);
  }
  return { type, body };
}

function checkSchema(view: DataView, table: number): void {
  const seen = { fields: 0 };
  for (const each of tables(view, table, 1)) checkField(view, each, 0, seen);
  checkMetadata(view, table, 2);
  vector(view, table, 3, 8);
}

function checkField(view: DataView, table: number, depth: number, seen: { fields: number }): void {
  if (++seen.fields > MOST_FIELDS) throw new Error(`it has more than ${MOST_FIELDS} fields`);
  if (depth > DEEPEST_FIELD) throw new Error("its fields are nested too deeply");
  vector(view, table, 0, 1);
  const type = field(view, table, 3);
  // Of all types only a union has a vector: the ids of its members, at this place.
  if (type !== 0 && view.getUint8(field(view, table, 2)) === 14)
    vector(view, target(view, type), 1, 4);
  for (const child of tables(view, table, 5)) checkField(view, child, depth + 1, seen);
  checkMetadata(view, table, 6);
}

function checkBatch(view: DataView, table: number, body: number): void {
  const most = Math.max(8 * body, MOST_ROWS_WITHOUT_BYTES);
  const lengthAt = field(view, table, 0);
  const checkRows = (rows: number): void => {
    if (!(rows >= 0 && rows <= most)) throw new Error(`it says ${rows} rows in ${body} bytes`);
  };
  if (lengthAt !== 0) checkRows(long(view, lengthAt));
  const nodes = vector(view, table, 1, 16);
  for (let i = 0; i < nodes.length; i++) {
    checkRows(long(view, nodes.start + 16 * i));
    checkRows(Math.max(0, long(view, nodes.start + 16 * i + 8)));
  }
  const buffers = vector(view, table, 2, 16);
  for (let i = 0; i < buffers.length; i++) {
    const from = long(view, buffers.start + 16 * i);
    const length = long(view, buffers.start + 16 * i + 8);
    if (!(from >= 0 && length >= 0 && from + length <= body)) {
      throw new Error("a buffer reaches beyond its message");
    }
  }
  if (field(view, table, 3) !== 0) throw new Error("its buffers are compressed");
  vector(view, table, 4, 8);
}

function checkMetadata(view: DataView, table: number, index: number): void {
  for (const pair of tables(view, table, index)) {
    vector(view, pair, 0, 1);
    vector(view, pair, 1, 1);
  }
}

/** The place of a table's field, 0 where it is not set. */
function field(view: DataView, table: number, index: number): number {
  const vtable = table - view.getInt32(table, true);
  const entry = 4 + 2 * index;
  const offset = entry < view.getUint16(vtable, true) ? view.getUint16(vtable + entry, true) : 0;
  return offset === 0 ? 0 : table + offset;
}

function target(view: DataView, at: number): number {
  return at + view.getUint32(at, true);
}

function long(view: DataView, at: number): number {
  return Number(view.getBigInt64(at, true));
}

function vector(
  view: DataView,
  table: number,
  index: number,
  bytesEach: number,
): { readonly start: number; readonly length: number } {
  const at = field(view, table, index);
  if (at === 0) return { start: 0, length: 0 };
  const from = target(view, at);
  const length = view.getUint32(from, true);
  if (from + 4 + length * bytesEach > view.byteLength) throw new RangeError("vector");
  return { start: from + 4, length };
}

function* tables(view: DataView, table: number, index: number): Generator<number> {
  const { start, length } = vector(view, table, index, 4);
  for (let i = 0; i < length; i++) yield target(view, start + 4 * i);
}
