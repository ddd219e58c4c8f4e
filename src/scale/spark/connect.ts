/** SparkConnect: a thin client of Spark Connect, statements in, Arrow out. */
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { AbortedError, ScaleError } from "../../core/errors.js";
import { readSparkAddress, type SparkAddress } from "./address.js";
import { GrpcFailure, openChannel, STATUS } from "./grpc.js";
import {
  bytesField,
  decodeMessage,
  encodeMessage,
  type Fields,
  messageField,
  textField,
} from "./wire.js";

/** Options of {@link connectSpark}. */
export interface SparkOptions {
  /** Milliseconds within which a connection stands; 30,000 by default. */
  readonly connectTimeout?: number | undefined;
  /** How often a call is made again whose connection broke before its first answer; 3 by default. */
  readonly retries?: number | undefined;
  /** A certificate authority in PEM, for servers whose own the system does not know. */
  readonly ca?: string | undefined;
}

/** A session on a server. */
export interface SparkConnect {
  /** The server, without secrets. */
  readonly server: string;
  /** Asks for the version of Spark. */
  version(): Promise<string>;
  /**
   * Runs a query.
   *
   * @returns the bytes of Arrow streams, one per batch.
   * @throws {@link ScaleError} SCL202 to SCL209; AbortedError CFG900, after the server was told to stop.
   */
  query(sql: string, signal?: AbortSignal): AsyncGenerator<Uint8Array>;
  /** Runs a statement such as CREATE, INSERT or SET to its end. @throws as `query`. */
  command(sql: string, signal?: AbortSignal): Promise<void>;
  /** Ends the session; temporary views go with it. */
  close(): Promise<void>;
}

const SERVICE = "/spark.connect.SparkConnectService/";
const CLIENT = "relgraph";
/** Milliseconds before the first call again; doubled each time. */
const FIRST_WAIT = 250;
const INTERRUPT_ALL = 1;

/**
 * Makes a session; the connection opens with the first call.
 *
 * @param address - such as `sc://host:15002`, see {@link readSparkAddress}.
 * @throws {@link ScaleError} SCL201 for no address.
 *
 * Source: Apache Spark 4, `spark/connect/base.proto`, `relations.proto`, `commands.proto`.
 */
export function connectSpark(address: string, options: SparkOptions = {}): SparkConnect {
  const to = readSparkAddress(address);
  const { connectTimeout = 30_000, retries = 3, ca } = options;
  const channel = openChannel(to.origin, {
    headers: { ...to.headers, ...(to.token && { authorization: `Bearer ${to.token}` }) },
    connectTimeout,
    ca,
  });
  const session = randomUUID();
  const user = encodeMessage([1, to.user], [2, to.user]);
  const head = [
    [1, session],
    [2, user],
  ] as const;

  /** Calls again what broke before it answered: nothing was taken yet, and our statements may run twice. */
  async function* call(
    method: string,
    message: Uint8Array,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    for (let attempt = 0; ; attempt++) {
      let answered = false;
      try {
        for await (const answer of channel.call(SERVICE + method, message, signal)) {
          answered = true;
          yield answer;
        }
        return;
      } catch (error) {
        if (!(error instanceof GrpcFailure)) throw error;
        const again = error.status === STATUS.unavailable && !answered && attempt < retries;
        if (!again) throw toScaleError(error, to);
        await wait(FIRST_WAIT * 2 ** attempt, undefined, signal ? { signal } : {}).catch(() => {
          throw new AbortedError("a statement");
        });
      }
    }
  }

  async function* execute(plan: Uint8Array, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    let done = false;
    try {
      yield* call("ExecutePlan", encodeMessage(...head, [4, CLIENT], [3, plan]), signal);
      done = true;
    } catch (error) {
      done = !(error instanceof AbortedError);
      throw error;
    } finally {
      if (!done) await interrupt();
    }
  }

  /** Closing the stream does not stop the job. */
  async function interrupt(): Promise<void> {
    const message = encodeMessage(...head, [4, INTERRUPT_ALL]);
    try {
      for await (const _ of channel.call(`${SERVICE}Interrupt`, message));
    } catch {
      // The caller already hears why the work ended.
    }
  }

  /** Decodes an answer; bytes that are none come from something that is no Spark. */
  function decode(answer: Uint8Array): Fields {
    try {
      return decodeMessage(answer);
    } catch (cause) {
      throw new ScaleError("SCL204", `${to.server} answered what is no message of Spark Connect`, {
        at: { file: to.server },
        hint: "check that the port is that of the Connect server, 15002 by default",
        cause,
      });
    }
  }

  const relation = (sql: string): Uint8Array => encodeMessage([10, encodeMessage([1, sql])]);
  return {
    server: to.server,
    async version() {
      let found = "";
      const ask = encodeMessage(...head, [10, new Uint8Array(0)]);
      for await (const answer of call("AnalyzePlan", ask)) {
        const fields = decode(answer);
        found = textField(messageField(fields, 8), 1) || textField(messageField(fields, 9), 1);
      }
      return found;
    },
    async *query(sql, signal) {
      for await (const answer of execute(encodeMessage([1, relation(sql)]), signal)) {
        const batch = bytesField(decode(answer), 2);
        const data = batch && bytesField(decode(batch), 2);
        if (data !== null) yield data;
      }
    },
    async command(sql, signal) {
      const statement = encodeMessage([6, relation(sql)]);
      const plan = encodeMessage([2, encodeMessage([5, statement])]);
      for await (const _ of execute(plan, signal));
    },
    async close() {
      try {
        for await (const _ of channel.call(`${SERVICE}ReleaseSession`, encodeMessage(...head)));
      } catch {
        // A session that nobody uses is dropped by the server.
      }
      channel.close();
    },
  };
}

/** A failure in our words, with Spark's own: its first line begins with the class of the error. */
function toScaleError(failure: GrpcFailure, { server, token }: SparkAddress): ScaleError {
  const said = token === null ? failure.message : failure.message.replaceAll(token, "…");
  const line = said.split("\n").find((text) => text.trim() !== "") ?? "";
  const details = { at: { file: server }, cause: token === null ? failure : undefined };
  if (failure.status === STATUS.unauthenticated || failure.status === STATUS.permissionDenied) {
    return new ScaleError("SCL203", `${server} does not let us in: ${line}`, {
      ...details,
      hint: "check the token and that the server expects TLS (use_ssl=true)",
    });
  }
  if (failure.status === STATUS.unavailable) {
    return new ScaleError("SCL202", `${server} cannot be reached: ${line}`, {
      ...details,
      hint: "check host and port, and that the Connect server runs; what was written is whole or not there",
    });
  }
  const missing = /^\[(?:PATH_NOT_FOUND|TABLE_OR_VIEW_NOT_FOUND|UNABLE_TO_INFER_SCHEMA)/.test(line);
  return missing
    ? new ScaleError("SCL210", `${server} does not find it: ${line}`, {
        ...details,
        hint: "give a path of Parquet files that the servers of Spark see, not only this machine",
      })
    : new ScaleError("SCL204", `${server} refused a statement: ${line}`, {
        ...details,
        hint: "see the message of Spark, and its log for the whole",
      });
}
