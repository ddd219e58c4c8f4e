/** The address of a Spark Connect server: what of it may be shown, and what may not. */
import { ScaleError } from "../../core/errors.js";

/** An address that was read. */
export interface SparkAddress {
  /** `http://host:port`, or `https://…` with TLS. */
  readonly origin: string;
  /** Names the server, without token and settings. */
  readonly server: string;
  readonly user: string;
  readonly token: string | null;
  /** Settings that are sent along as headers. */
  readonly headers: Readonly<Record<string, string>>;
}

const DEFAULT_PORT = 15002;

/** Tells whether a place is the address of a Spark Connect server. */
export function isSparkAddress(text: string): boolean {
  return /^sc:/i.test(text);
}

/**
 * Reads an address. TLS is on with `use_ssl=true`, and with a token unless `use_ssl=false` is said.
 *
 * @param text - such as `sc://host:15002/;token=…;user_id=ann`.
 * @throws {@link ScaleError} SCL201 if it is none; the message does not repeat it, since a token may stand in it.
 *
 * Source: Apache Spark, `sql/connect/docs/client-connection-string.md`.
 */
export function readSparkAddress(text: string): SparkAddress {
  const match = /^sc:\/\/(\[[0-9a-f:.]+\]|[^:/;@\s]+)(?::(\d{1,5}))?(?:\/(?:;(.*))?)?$/i.exec(text);
  const port = Number(match?.[2] ?? DEFAULT_PORT);
  if (match === null || port < 1 || port > 65_535) throw badAddress();
  const settings = new Map<string, string>();
  for (const pair of (match[3] ?? "").split(";")) {
    if (pair === "") continue;
    const [, name, value] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
    if (name === undefined || value === undefined) throw badAddress();
    settings.set(name.trim().toLowerCase(), decode(value));
  }
  const token = settings.get("token") || null;
  const ssl = settings.get("use_ssl")?.toLowerCase() ?? (token === null ? "false" : "true");
  if (ssl !== "true" && ssl !== "false") throw badAddress();
  const { token: _, use_ssl, user_id: user, ...headers } = Object.fromEntries(settings);
  const server = `${match[1]}:${port}`;
  return {
    origin: `${ssl === "true" ? "https" : "http"}://${server}`,
    server: `sc://${server}`,
    user: user || "relgraph",
    token,
    headers,
  };
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw badAddress();
  }
}

function badAddress(): ScaleError {
  return new ScaleError("SCL201", "the address of the Spark Connect server cannot be read", {
    hint: "write sc://host:15002, or sc://host:443/;token=…;use_ssl=true with %3B for ; in values",
  });
}
