/** The address of a PostgreSQL database: what of it may be shown, and what may not. */
import { DataError } from "../../../core/errors.js";

/** An address that was read. */
export interface PostgresAddress {
  /** As the user gave it. */
  readonly url: string;
  /** Names server and database, without user, password and settings. */
  readonly server: string;
  /** Texts that must not be shown: passwords as they are and as they stand in the address. */
  readonly secrets: readonly string[];
}

/** Tells whether a place is the address of a PostgreSQL database. */
export function isPostgresUrl(text: string): boolean {
  return /^postgres(?:ql)?:/i.test(text);
}

/**
 * Reads an address.
 *
 * @param url - such as `postgres://user:password@host:5432/database?sslmode=require`.
 * @throws {@link DataError} DAT230 if it is none; the message does not repeat it, since a password may stand in it.
 */
export function readAddress(url: string): PostgresAddress {
  let parsed: URL;
  try {
    parsed = new URL(url);
    decodeURIComponent(parsed.password);
  } catch {
    throw badAddress();
  }
  if (!/^postgres(?:ql)?:\/\//i.test(url)) throw badAddress();
  const given = [parsed.password, parsed.searchParams.get("password") ?? ""];
  const secrets = given.flatMap((text) => [
    text,
    decodeURIComponent(text),
    encodeURIComponent(text),
  ]);
  const host = parsed.hostname || parsed.searchParams.get("host") || "localhost";
  const port = parsed.port === "" ? "" : `:${parsed.port}`;
  const database = parsed.pathname.replace(/^\//, "");
  return {
    url,
    server: `postgres://${host}${port}/${database}`,
    secrets: [...new Set(secrets)]
      .filter((text) => text !== "")
      .sort((a, b) => b.length - a.length),
  };
}

function badAddress(): DataError {
  return new DataError("DAT230", "the address of the PostgreSQL database cannot be read", {
    hint: "write postgres://user:password@host:5432/database, with %40 for @ and the like in the password",
  });
}
