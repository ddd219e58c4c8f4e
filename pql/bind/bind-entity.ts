/** The entity of a query bound to a schema: its table, its key, the listed ids. */
import { type ColumnSchema, findColumn, findTable, type Schema } from "../../src/data/schema.js";
import type { Constant, ListConstant, Parameter, PredictiveQuery } from "../syntax/ast.js";
import { printColumn, printExpression } from "../syntax/print.js";
import type { BoundEntity, ValueType } from "./bound.js";
import type { Report } from "./report.js";
import { columnType, isHugeInteger, typeScalar } from "./values.js";

/**
 * Binds the entity of a query.
 *
 * @param query - the query, its names resolved.
 * @param schema - the tables.
 * @param report - PQL204 no primary key, PQL205 a wildcard, PQL211 to PQL213 how ids are listed, PQL301 and PQL302 ids of another kind.
 * @returns the entity, its key's columns in the order of the schema; `null` after an error.
 */
export function bindEntity(
  query: PredictiveQuery,
  schema: Schema,
  report: Report,
): BoundEntity | null {
  const { keys, span } = query.entity;
  const [first] = keys;
  const table = findTable(schema, first!.table);
  if (!table) return null;
  for (const key of keys) {
    if (key.kind === "wildcard") {
      const hint = "name the key of the entity table";
      return report.error("PQL205", key.span, `\`${printColumn(key)}\` is no key`, hint);
    }
    if (key.via !== null) {
      return report.error("PQL204", key.span, "a key stands in its own table", "leave out VIA");
    }
  }
  const columns = keys.map((key) =>
    key.kind === "column" && key.table === table.name ? findColumn(table, key.column) : undefined,
  );
  if (!columns.every((column) => column !== undefined)) {
    const foreign = keys.find((key) => key.table !== table.name);
    if (!foreign) return null;
    const message = `the key's columns stand in one table, found \`${foreign.table}\` beside \`${table.name}\``;
    return report.error("PQL204", foreign.span, message, "name columns of one table");
  }
  const { primaryKey } = table;
  const names = columns.map((column) => column.name);
  const order = (primaryKey ?? []).map((name) => names.indexOf(name));
  if (names.length !== order.length || order.includes(-1)) {
    const shown = keys.map(printColumn).join(", ");
    const message = `\`${shown}\` is not the primary key of \`${table.name}\``;
    const key = (primaryKey ?? []).map((name) => `${table.name}.${name}`);
    const hint =
      key.length > 1
        ? `write (${key.join(", ")})`
        : primaryKey
          ? `the key is \`${primaryKey[0]}\``
          : `name the primary key of "${table.name}" in schema.json`;
    return report.error("PQL204", keys.length === 1 ? first!.span : span, message, hint);
  }
  const ordered = order.map((i) => columns[i]!);
  const listed = bindSelection(query, report);
  if (listed === undefined) return null;
  if (listed === null) return { table, keys: ordered, ids: null };
  const ids = listed.map((id) => bindId(id, columns, order, report));
  return ids.every((id) => id !== null) ? { table, keys: ordered, ids } : null;
}

/** The listed ids as written: `null` for every entity, `undefined` after an error. */
function bindSelection(
  { entity }: PredictiveQuery,
  report: Report,
): readonly (Constant | Parameter)[] | null | undefined {
  const { each, selection, span } = entity;
  const fail = (code: string, at: typeof span, message: string, hint: string): undefined => {
    report.error(code, at, message, hint);
    return undefined;
  };
  if (!selection) {
    if (each) return null;
    const hint = "write FOR EACH for all of them, or = id or IN (…)";
    return fail("PQL211", span, "`FOR` lists the entities to predict, found no id", hint);
  }
  if (each) {
    const hint = "write FOR for listed entities";
    return fail("PQL212", span, "`FOR EACH` predicts all entities, found a list", hint);
  }
  const { operator, value, operatorSpan } = selection;
  if (operator !== "=" && operator !== "IN") {
    const message = `entities are listed with \`=\` or \`IN\`, found \`${operator}\``;
    const hint = "list the ids to predict, or filter with WHERE";
    return fail("PQL213", operatorSpan, message, hint);
  }
  if (value.kind === "parameter") return undefined;
  const composite = entity.keys.length > 1;
  const items = value.kind === "list" ? value.items : null;
  if (operator === "=" && items && !composite) {
    return fail("PQL302", value.span, "`=` takes a single id", "write = id or IN (id, id)");
  }
  if (operator === "=") return [value];
  if (!items) {
    return fail("PQL302", value.span, "`IN` takes a list", "write = id or IN (id, id)");
  }
  return items;
}

function bindId(
  id: Constant | Parameter,
  columns: readonly ColumnSchema[],
  order: readonly number[],
  report: Report,
): readonly (number | string)[] | null {
  const parts = columns.length === 1 ? [id] : id.kind === "list" ? id.items : null;
  if (parts?.length !== columns.length) {
    const example = `(${columns.map((_, i) => i + 1).join(", ")})`;
    const message = `the key has ${columns.length} columns, found ${printExpression(id)}`;
    return report.error("PQL302", id.span, message, `write an id as ${example}`);
  }
  const values = parts.map((part, i) => bindPart(part, columns[i]!, report));
  return values.every((value) => value !== null) ? order.map((i) => values[i]!) : null;
}

function bindPart(
  constant: Exclude<Constant, ListConstant> | Constant | Parameter,
  column: ColumnSchema,
  report: Report,
): number | string | null {
  const type: ValueType = columnType(column);
  if (constant.kind === "parameter") return null;
  if (constant.parameter !== undefined && constant.kind !== "list" && constant.kind !== "null") {
    return typeScalar(constant, column.name, type, report);
  }
  const fits =
    (type === "number" && constant.kind === "number") ||
    (type === "text" && (constant.kind === "string" || isHugeInteger(constant))) ||
    (type === "time" && constant.kind === "time");
  if (fits) {
    return constant.kind === "number" && type === "text"
      ? constant.text
      : (constant as { readonly value: number | string }).value;
  }
  const shown = printExpression(constant);
  const hint =
    type === "text"
      ? `did you forget the quotes? write '${shown}'`
      : "write an id as the table holds it";
  const message = `\`${column.name}\` holds ${type === "text" ? "texts" : `${type}s`}, found ${shown}`;
  return report.error("PQL301", constant.span, message, hint);
}
