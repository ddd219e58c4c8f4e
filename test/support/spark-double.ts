/** A Spark Connect server that answers from DuckDB, and fails as it is told to: the client is tested without Spark. */
import {
  createSecureServer,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { tableToIPC } from "apache-arrow";
import { toArrow } from "../../src/data/arrow.js";
import { openDuckdb } from "../../src/scale/duckdb-engine.js";
import {
  decodeMessage,
  encodeMessage,
  messageField,
  textField,
} from "../../src/scale/spark/wire.js";
import { TEST_CERTIFICATE, TEST_KEY } from "./tls.js";

/** What the server does with a call in place of answering it. */
export type Misbehavior =
  | { readonly kind: "status"; readonly status: number; readonly message: string }
  | { readonly kind: "http"; readonly status: number }
  /** Ends the connection, after an answer or before. */
  | { readonly kind: "break"; readonly after: boolean }
  /** Sends these bytes as the body. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** Never answers. */
  | { readonly kind: "hang" };

/** A running double. */
export interface SparkDouble {
  readonly port: number;
  /** Calls so far: the method's name and, where it has one, the statement. */
  readonly calls: readonly { readonly method: string; readonly sql: string }[];
  readonly headers: readonly IncomingHttpHeaders[];
  /** The next calls of ExecutePlan misbehave, in this order. */
  misbehave(...next: readonly Misbehavior[]): void;
  close(): Promise<void>;
}

/** Starts a server. */
export async function startSparkDouble({ tls = false } = {}): Promise<SparkDouble> {
  const engine = await openDuckdb();
  const calls: { method: string; sql: string }[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const next: Misbehavior[] = [];
  const server = tls
    ? createSecureServer({ key: TEST_KEY, cert: TEST_CERTIFICATE })
    : createServer();
  const open = new Set<{ destroy(): void }>();
  server.on("session", (session) => {
    open.add(session);
    session.on("close", () => open.delete(session));
  });
  server.on("stream", async (stream: ServerHttp2Stream, got: IncomingHttpHeaders) => {
    headers.push(got);
    stream.on("error", () => undefined);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const request = decodeMessage(Buffer.concat(chunks).subarray(5));
    const method = String(got[":path"]).split("/").pop()!;
    const plan = messageField(request, 3);
    const input = messageField(messageField(messageField(plan, 2), 5), 6);
    const isCommand = plan.has(2);
    const relation = isCommand ? input : messageField(plan, 1);
    const sql = textField(messageField(relation, 10), 1);
    calls.push({ method, sql });
    const wrong = method === "ExecutePlan" ? next.shift() : undefined;
    if (wrong?.kind === "hang") return;
    if (wrong?.kind === "http") {
      stream.respond({ ":status": wrong.status }, { endStream: true });
      return;
    }
    if (wrong?.kind === "break" && !wrong.after) {
      stream.session?.destroy();
      return;
    }
    stream.respond(
      { ":status": 200, "content-type": "application/grpc" },
      { waitForTrailers: true },
    );
    let trailers = { "grpc-status": "0", "grpc-message": "" };
    stream.on("wantTrailers", () => stream.sendTrailers(trailers));
    if (wrong?.kind === "status") {
      const message = encodeURIComponent(wrong.message);
      trailers = { "grpc-status": String(wrong.status), "grpc-message": message };
    } else if (wrong?.kind === "bytes") {
      stream.write(wrong.bytes);
    } else if (method === "AnalyzePlan") {
      stream.write(frame(encodeMessage([8, encodeMessage([1, "4.0.0-double"])])));
    } else if (method === "ExecutePlan" && !isCommand) {
      try {
        for await (const table of engine.query(sql)) {
          const data = tableToIPC(await toArrow(table), "stream");
          const batch = encodeMessage([1, table.numRows], [2, data]);
          // Progress reports stand between the batches.
          stream.write(frame(encodeMessage([1, "session"], [18, encodeMessage([1, 3])])));
          stream.write(frame(encodeMessage([1, "session"], [2, batch])));
        }
      } catch (error) {
        const message = encodeURIComponent(`\n[SOME_CLASS] ${(error as Error).message}\nmore`);
        trailers = { "grpc-status": "13", "grpc-message": message };
      }
      if (wrong?.kind === "break") {
        setTimeout(() => stream.session?.destroy(), 50);
        return;
      }
    }
    stream.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    calls,
    headers,
    misbehave: (...more) => next.push(...more),
    async close() {
      for (const session of open) session.destroy();
      await new Promise((resolve) => server.close(resolve));
      await engine.close();
    },
  };
}

function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
