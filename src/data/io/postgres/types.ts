/** How columns of PostgreSQL's types are read: what is selected, and how its fields are written. */
import type { FieldKind } from "./fields.js";

/** A type as the catalogue describes it, domains resolved. */
export interface PostgresType {
  /** The name in the catalogue, such as `int4`; of an array the name of its items. */
  readonly name: string;
  readonly isArray: boolean;
  /** `e` enum, `b` base, `r` range, … */
  readonly form: string;
  /** The modifier, such as precision and scale of a numeric; −1 for none. */
  readonly modifier: number;
}

/** How a column is read. */
export interface FieldReading {
  readonly sql: (column: string) => string;
  readonly kind: FieldKind;
  readonly integer: boolean;
}

const same = (column: string): string => column;
const castTo =
  (type: string) =>
  (column: string): string =>
    `${column}::${type}`;
const reading = (kind: FieldKind, sql = same, integer = false): FieldReading => ({
  sql,
  kind,
  integer,
});

const READINGS: Readonly<Record<string, FieldReading>> = {
  bool: reading("boolean"),
  int2: reading("int16"),
  int4: reading("int32"),
  int8: reading("int64"),
  oid: reading("uint32"),
  float4: reading("float32"),
  float8: reading("float64"),
  date: reading("days"),
  timestamp: reading("microseconds"),
  timestamptz: reading("microseconds"),
  text: reading("text"),
  varchar: reading("text"),
  bpchar: reading("text", castTo("text")),
  name: reading("text"),
  // Scalars without their quotes, as DuckDB's `json_extract_string` gives them.
  json: reading("text", (column) => `(${column} #>> '{}')`),
  jsonb: reading("text", (column) => `(${column} #>> '{}')`),
  vector: reading("floats", castTo("float4[]::float8[]")),
  halfvec: reading("floats", castTo("float4[]::float8[]")),
};
/** Bytes, shapes and search vectors have no meaning here. */
const UNREADABLE = new Set([
  "bytea",
  "bit",
  "varbit",
  "tsvector",
  "geometry",
  "geography",
  "raster",
]);
const INTEGERS = new Set(["int2", "int4", "int8", "oid"]);

/** Returns how columns of a type are read; `null` where they cannot be. */
export function fieldReadingOf(type: PostgresType): FieldReading | null {
  if (UNREADABLE.has(type.name)) return null;
  if (type.isArray) return arrayReading(type);
  if (type.form === "e") return reading("text");
  if (type.name === "numeric") return numericReading(type.modifier);
  return READINGS[type.name] ?? reading("text", castTo("text"));
}

function arrayReading({ name, modifier }: PostgresType): FieldReading {
  if (name === "float4" || name === "float8") return reading("floats", castTo("float8[]"));
  if (INTEGERS.has(name) || (name === "numeric" && scaleOf(modifier) === 0)) {
    return reading("numbers", castTo("text[]"));
  }
  // Through float8, so that 1.50 and 1.5 are one item.
  if (name === "numeric") return reading("numbers", castTo("float8[]::text[]"));
  return reading("texts", castTo("text[]"));
}

/** Whole numbers of more digits than a float holds stay exact. */
function numericReading(modifier: number): FieldReading {
  const [precision, scale] = [(modifier - 4) >> 16, scaleOf(modifier)];
  if (scale !== 0) return reading("float64", castTo("float8"));
  return precision > 15
    ? reading("digits", (column) => `nullif(${column}, 'NaN')::text`, true)
    : reading("float64", castTo("float8"), true);
}

/** Digits after the point; −1 where the type does not say. */
function scaleOf(modifier: number): number {
  return modifier < 4 ? -1 : (modifier - 4) & 0x7ff;
}
