/** gRPC calls over HTTP/2: frames, status, deadlines of a connection, cancellation. */
import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from "node:http2";
import { AbortedError } from "../../core/errors.js";

/** A call that ended with a status other than OK, or whose connection broke. */
export class GrpcFailure extends Error {
  /** The gRPC status code; 14 (UNAVAILABLE) for a broken connection. */
  readonly status: number;

  constructor(status: number, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
  }
}

/** Status codes that are told apart. */
export const STATUS = { unauthenticated: 16, permissionDenied: 7, unavailable: 14 } as const;

/** Largest message that is taken, in bytes. */
const MOST_BYTES = 512 << 20;
/** Bytes in flight: with the 64 KiB of HTTP/2's default, waiting for acknowledgements is the limit. */
const STREAM_WINDOW = 8 << 20;
const SESSION_WINDOW = 32 << 20;

/** A connection to a server, opened when first called. */
export interface GrpcChannel {
  /**
   * Calls a method that answers with any number of messages.
   *
   * @throws {@link GrpcFailure}; AbortedError CFG900.
   */
  call(path: string, message: Uint8Array, signal?: AbortSignal): AsyncGenerator<Uint8Array>;
  close(): void;
}

/** Options of {@link openChannel}. */
export interface ChannelOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds within which a connection stands. */
  readonly connectTimeout: number;
  /** A certificate authority in PEM beside the system's, for TLS. */
  readonly ca?: string | undefined;
}

/**
 * Makes a channel.
 *
 * @param origin - `http://host:port` or `https://…`.
 *
 * Source: gRPC over HTTP2 (`PROTOCOL-HTTP2.md` of grpc).
 */
export function openChannel(origin: string, options: ChannelOptions): GrpcChannel {
  let session: ClientHttp2Session | null = null;
  const alive = (): ClientHttp2Session => {
    if (session === null || session.closed || session.destroyed) {
      session = connectTo(origin, options);
    }
    return session;
  };
  return {
    call: (path, message, signal) => callOn(alive(), path, message, options, signal),
    close: () => {
      session?.close();
      session = null;
    },
  };
}

function connectTo(origin: string, { connectTimeout, ca }: ChannelOptions): ClientHttp2Session {
  const session = connect(origin, {
    settings: { initialWindowSize: STREAM_WINDOW, maxFrameSize: 1 << 20 },
    ...(ca === undefined ? {} : { ca }),
  });
  const timer = setTimeout(() => {
    session.destroy(new Error(`no connection within ${connectTimeout / 1000} s`));
  }, connectTimeout);
  session.on("connect", () => {
    clearTimeout(timer);
    session.setLocalWindowSize(SESSION_WINDOW);
  });
  session.on("close", () => clearTimeout(timer));
  // Every stream of the session is told; without a listener the process would end.
  session.on("error", () => undefined);
  return session;
}

async function* callOn(
  session: ClientHttp2Session,
  path: string,
  message: Uint8Array,
  { headers = {} }: ChannelOptions,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (signal?.aborted) throw new AbortedError("a statement");
  let sessionError: Error | null = null;
  const noteError = (error: Error): void => {
    sessionError = error;
  };
  session.on("error", noteError);
  const stream = session.request({
    ...headers,
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
  });
  let answer: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders = {};
  stream.on("response", (got) => {
    answer = got;
  });
  stream.on("trailers", (got) => {
    trailers = got;
  });
  const stop = (): void => stream.close(constants.NGHTTP2_CANCEL);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    stream.end(frame(message));
    yield* readFrames(stream);
  } catch (error) {
    if (signal?.aborted) throw new AbortedError("a statement");
    if (error instanceof GrpcFailure) throw error;
    const cause = sessionError ?? error;
    throw new GrpcFailure(STATUS.unavailable, (cause as Error).message, cause);
  } finally {
    signal?.removeEventListener("abort", stop);
    session.off("error", noteError);
    if (!stream.closed) stop();
  }
  if (signal?.aborted) throw new AbortedError("a statement");
  checkStatus(answer, trailers, sessionError);
}

function checkStatus(
  answer: IncomingHttpHeaders,
  trailers: IncomingHttpHeaders,
  broken: Error | null,
): void {
  const status = trailers["grpc-status"] ?? answer["grpc-status"];
  if (status === undefined) {
    const http = Number(answer[":status"] ?? 200);
    const code = http === 401 || http === 403 ? STATUS.unauthenticated : STATUS.unavailable;
    const why = http === 200 ? "the connection ended" : `HTTP ${http}`;
    throw new GrpcFailure(code, broken?.message ?? why, broken ?? undefined);
  }
  if (Number(status) === 0) return;
  const text = String(trailers["grpc-message"] ?? answer["grpc-message"] ?? "");
  throw new GrpcFailure(Number(status), percentDecoded(text).trim() || `status ${status}`);
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Cuts a stream of bytes into messages; a large one is put together once. */
async function* readFrames(stream: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  let chunks: Buffer[] = [];
  let have = 0;
  let need = 5;
  for await (const chunk of stream) {
    chunks.push(chunk);
    have += chunk.length;
    while (have >= need) {
      const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      chunks = [bytes];
      if (need === 5) {
        need = 5 + bytes.readUInt32BE(1);
        if (bytes[0] !== 0) throw new GrpcFailure(12, "the server packs its messages");
        if (need > MOST_BYTES) throw new GrpcFailure(8, `a message has ${need} bytes`);
        if (have < need) break;
      }
      yield bytes.subarray(5, need);
      chunks = [bytes.subarray(need)];
      have -= need;
      need = 5;
    }
  }
  if (have > 0) throw new GrpcFailure(STATUS.unavailable, "the connection ended within a message");
}
