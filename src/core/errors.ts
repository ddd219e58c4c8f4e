/** The errors a user can meet: one abstract base with a code, a place and a hint, and its final classes. */
import { caretExcerpt, type Span } from "./span.js";

/** Where in the data an error lies; every part is optional. */
export interface DataPlace {
  readonly file?: string;
  readonly table?: string;
  readonly column?: string;
  /** 1-based row number as a person would count it in the file, header not counted. */
  readonly row?: number;
}

/** What an error carries besides its message. */
export interface RelErrorDetails {
  /** What the reader can do about it. */
  readonly hint?: string;
  readonly at?: DataPlace;
  readonly span?: Span;
  readonly source?: string;
  readonly cause?: unknown;
}

/**
 * The base of all errors of relgraph. Codes are stable and never reused:
 * `PQL0xx` lexing, `1xx` syntax, `2xx` names, `3xx` types, `4xx` time and windows, `9xx` not supported yet;
 * `SCH` schema, `DAT` data and files, `GRF` graph, `TEN` tensors, `MOD` models, `SCL` other machines, `CFG` options, `INT` our bugs.
 *
 * @see prqlc `error.rs` (kind, code, span, reason, hints).
 */
export abstract class RelError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly at: DataPlace | undefined;
  readonly span: Span | undefined;
  readonly source: string | undefined;

  constructor(code: string, message: string, details: RelErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = details.hint;
    this.at = details.at;
    this.span = details.span;
    this.source = details.source;
  }

  /**
   * Prints the error for a person: code and message, the place, the hint.
   *
   * @returns some lines without a trailing line break.
   */
  format(): string {
    const lines = [`error[${this.code}]: ${this.message}`];
    if (this.span && this.source !== undefined) lines.push(caretExcerpt(this.source, this.span));
    const place = formatPlace(this.at);
    if (place) lines.push(`  at ${place}`);
    if (this.hint) lines.push(`  hint: ${this.hint}`);
    return lines.join("\n");
  }

  /** The error as plain data, for `--json` and editors. */
  toJSON(): Record<string, unknown> {
    const { code, message, hint, at, span } = this;
    return { code, message, ...(hint && { hint }), ...(at && { at }), ...(span && { span }) };
  }
}

function formatPlace(at: DataPlace | undefined): string {
  if (!at) return "";
  const parts = [at.file, at.table, at.column, at.row === undefined ? undefined : `row ${at.row}`];
  return parts.filter((part) => part !== undefined).join(" › ");
}

/** A query that cannot be read, bound or planned; always points into the query's text. */
export class PqlError extends RelError {
  /** Further errors found in the same pass, in order of position. */
  readonly others: readonly PqlError[];

  constructor(
    code: string,
    message: string,
    details: RelErrorDetails & { readonly others?: readonly PqlError[] },
  ) {
    super(code, message, details);
    this.others = details.others ?? [];
  }
}

/** A schema that contradicts itself or the tables: unknown columns, keys, links. */
export class SchemaError extends RelError {}

/** Data that cannot be read, or breaks a promise of its schema. */
export class DataError extends RelError {}

/** A graph, seed or sampling request that cannot be served. */
export class GraphError extends RelError {}

/** Tensors whose shapes do not fit an operation. */
export class ShapeError extends RelError {}

/** A model folder or a training run that cannot go on. */
export class ModelError extends RelError {}

/** Work on another machine or in another process that failed: an SQL engine, a worker, a gang. */
export class ScaleError extends RelError {}

/** An option or a setting that is unknown or out of range. */
export class ConfigError extends RelError {}

/** Work stopped by the caller's `AbortSignal`. */
export class AbortedError extends RelError {
  constructor(what: string) {
    super("CFG900", `${what} was cancelled`);
  }
}

/** A bug of ours. */
export class InternalError extends RelError {
  constructor(message: string, details: RelErrorDetails = {}) {
    super("INT001", message, {
      hint: "this is a bug in relgraph: report it with the command and the data's schema",
      ...details,
    });
  }
}
