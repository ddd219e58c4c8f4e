/** Errors of the server and of the driver as ours, without passwords. */
import { DataError } from "../../../core/errors.js";

/** Where a failure came up. */
export interface PostgresPlace {
  /** Names the server and the database; holds no password. */
  readonly server: string;
  /** Texts that must not be shown. */
  readonly secrets: readonly string[];
  readonly table?: string | undefined;
}

/** The code of a lost connection, after which all can be read again from the start. */
export const LOST = "DAT235";

/** What the driver's and the server's errors carry. */
interface Raised {
  readonly message?: string;
  readonly code?: string;
  readonly severity?: string;
}

const UNREACHABLE = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "EACCES",
]);
const BROKEN = new Set(["ECONNRESET", "EPIPE", "ERR_STREAM_DESTROYED", "57P01", "57P02", "57P03"]);

/**
 * Turns an error into ours. Its cause is left out, since a cause can hold the address with its password.
 *
 * @param raised - what the driver raised.
 * @param place - where.
 * @returns DAT233 for a server that cannot be reached, DAT234 for a refused login, DAT235 for a lost connection, DAT236 for a
 * missing permission, DAT237 for a table that changed meanwhile, DAT238 for the rest.
 */
export function postgresError(raised: unknown, place: PostgresPlace): DataError {
  const { message = String(raised), code = "", severity } = raised as Raised;
  const said = scrub(message, place.secrets);
  const at = place.table === undefined ? {} : { at: { table: place.table } };
  const what = place.table === undefined ? place.server : `\`${place.table}\` of ${place.server}`;
  const make = (own: string, text: string, hint: string): DataError =>
    new DataError(own, text, { ...at, hint });
  if (BROKEN.has(code) || code.startsWith("08") || isBroken(said, severity)) {
    return make(LOST, `the connection to ${place.server} was lost: ${said}`, "try again later");
  }
  if (UNREACHABLE.has(code) || /timeout/i.test(said) || isSocketFault(raised)) {
    return make(
      "DAT233",
      `${place.server} cannot be reached: ${said || code}`,
      "check host and port, and that the server runs and takes connections from here",
    );
  }
  if (code.startsWith("28") || code === "3D000" || /password|SASL|SSL|certificate/i.test(said)) {
    return make(
      "DAT234",
      `${place.server} refuses the login: ${said}`,
      "check user, password, database and sslmode of the address; PGPASSWORD and ~/.pgpass are read too",
    );
  }
  if (code === "42501") {
    return make(
      "DAT236",
      `${what} may not be read: ${said}`,
      "ask for GRANT SELECT, or leave the table out with `exclude` in the settings",
    );
  }
  if (["42P01", "42703", "42704", "3F000", "0A000", "XX000", "42883"].includes(code)) {
    return make(
      "DAT237",
      `${what} cannot be read as the catalogue describes it: ${said}`,
      "if the schema was changed meanwhile, open the database again",
    );
  }
  return make("DAT238", `${what} cannot be read: ${said}`, "see the log of the server");
}

function isBroken(message: string, severity: string | undefined): boolean {
  return severity === "FATAL" && /terminating connection/i.test(message)
    ? true
    : /connection terminated unexpectedly|connection ended|not queryable/i.test(message);
}

/** Node gives a refusal of several addresses as one error of errors. */
function isSocketFault(raised: unknown): boolean {
  return raised instanceof AggregateError;
}

/** Takes secrets out of a text. */
export function scrub(text: string, secrets: readonly string[]): string {
  return secrets.reduce((left, secret) => left.replaceAll(secret, "…"), text);
}
