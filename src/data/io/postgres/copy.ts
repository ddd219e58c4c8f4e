/** Reads rows by `COPY … TO STDOUT (FORMAT binary)`: the driver's messages become columns as they come. */
import type { Client, Connection } from "pg";
import type { FieldSink } from "./fields.js";

/** What PostgreSQL writes before the rows: 11 bytes, flags, the length of an extension. */
const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0", "latin1");
const HEADER = SIGNATURE.length + 8;

/** A reader of the binary format. */
export interface CopyReader {
  /** Takes the next bytes, cut anywhere. */
  take(bytes: Buffer): void;
  /** Rows so far. */
  readonly rows: number;
  /** Whether the end has come. */
  readonly ended: boolean;
}

/**
 * Makes a reader that hands each field to its column's sink.
 *
 * @param sinks - one a column.
 * @returns the reader; `take` throws an Error where the bytes are not the format's.
 * @see PostgreSQL manual, COPY, "Binary Format".
 */
export function createCopyReader(sinks: readonly FieldSink[]): CopyReader {
  let rest: Buffer = Buffer.alloc(0);
  let started = false;
  let ended = false;
  let rows = 0;
  const begin = (bytes: Buffer): number => {
    if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw new Error("no binary COPY");
    return HEADER + bytes.readInt32BE(HEADER - 4);
  };
  return {
    get rows() {
      return rows;
    },
    get ended() {
      return ended;
    },
    take(chunk) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let pos = 0;
      if (!started) {
        if (bytes.length < HEADER || bytes.length < begin(bytes)) {
          rest = bytes;
          return;
        }
        pos = begin(bytes);
        started = true;
      }
      while (!ended) {
        const next = endOfRow(bytes, pos, sinks.length);
        if (next === END) ended = true;
        if (next < 0) break;
        for (let c = 0, at = pos + 2; c < sinks.length; c++) {
          const size = bytes.readInt32BE(at);
          sinks[c]!.append(bytes, at + 4, size);
          at += 4 + Math.max(size, 0);
        }
        rows++;
        pos = next;
      }
      rest = ended ? Buffer.alloc(0) : bytes.subarray(pos);
    },
  };
}

/** The row is not here as a whole yet; the trailer is. */
const PART = -1;
const END = -2;

function endOfRow(bytes: Buffer, pos: number, fields: number): number {
  if (pos + 2 > bytes.length) return PART;
  const count = bytes.readInt16BE(pos);
  if (count === -1) return END;
  if (count !== fields) throw new Error(`a row has ${count} fields, expected ${fields}`);
  let at = pos + 2;
  for (let c = 0; c < fields; c++) {
    if (at + 4 > bytes.length) return PART;
    at += 4 + Math.max(bytes.readInt32BE(at), 0);
  }
  return at > bytes.length ? PART : at;
}

/**
 * Runs a COPY statement.
 *
 * @param client - a connected client.
 * @param sql - the statement.
 * @param take - takes the bytes of each message; what it throws ends the connection.
 * @throws what the server or the driver says.
 */
export function runCopy(client: Client, sql: string, take: (bytes: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let fault: unknown = null;
    // The driver hands a query's messages to the object that submitted it.
    const query = {
      submit: (connection: Connection): void => connection.query(sql),
      handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
        if (fault !== null) return;
        try {
          take(chunk);
        } catch (error) {
          fault = error;
          client.connection.stream.destroy();
          reject(error);
        }
      },
      handleError: (error: unknown): void => reject(fault ?? error),
      handleReadyForQuery: (): void => resolve(),
      handleCommandComplete(): void {},
      handleRowDescription(): void {},
      handleDataRow(): void {},
      handlePortalSuspended(): void {},
      handleEmptyQuery(): void {},
      handleCopyInResponse(): void {},
    };
    client.query(query);
  });
}
