import { describe, expect, it } from "vitest";
import {
  type Aggregation,
  aggregationsOf,
  type ColumnRef,
  type Comparison,
  type Condition,
  type Constant,
  type PredictiveQuery,
  type Wildcard,
} from "../../pql/ast.js";
import { bindAll } from "../../pql/bind.js";
import { parseQuery, parseText } from "../../pql/parse.js";
import { printQuery } from "../../pql/print.js";
import type { ColumnKind } from "../../src/data/column.js";
import type { ForeignKey, Schema } from "../../src/data/schema.js";
import type { Stype } from "../../src/data/stype.js";
import { readCorpus } from "./corpus.js";
import { withoutPlaces } from "./without-places.js";

const corpus = readCorpus();
const ofClass = (...verdicts: string[]): [string, string, string | undefined][] =>
  corpus
    .filter((block) => verdicts.includes(block.verdict))
    .map((block) => [
      `${block.number}: ${block.text.split("\n").slice(1).join(" ")}`,
      block.text,
      block.task,
    ]);

describe("the corpus in the strict dialect", () => {
  it("has blocks of every class", () => {
    expect(countEach(corpus.map((block) => block.verdict))).toEqual({
      ok: 88,
      deprecated: 1,
      legacy: 2,
      "semantic-error": 15,
      "syntax-error": 21,
    });
  });

  it.each(ofClass("ok", "deprecated", "legacy", "semantic-error"))("reads %s", (_, text) => {
    for (const dialect of ["kumo", "relgraph"] as const) {
      const query = parseQuery(text, { dialect });
      const printed = printQuery(query);
      expect(withoutPlaces(parseQuery(printed, { dialect: "kumo" }))).toEqual(withoutPlaces(query));
    }
  });

  it.each(ofClass("deprecated"))("warns of %s", (_, text) => {
    expect(parseText(text).warnings.map((warning) => warning.code)).toEqual(["PQL190"]);
  });

  it.each(ofClass("syntax-error"))("refuses %s", (_, text) => {
    expect(parseText(text, { dialect: "kumo" }).errors).not.toEqual([]);
  });

  it("takes what the superset adds", () => {
    const taken = ofClass("syntax-error").filter(([, text]) => parseText(text).query !== null);
    expect(taken.map(([, text]) => parseText(text).extensions[0]?.code)).toEqual([
      "PQL155",
      "PQL150",
      "PQL151",
      "PQL152",
      "PQL153",
      "PQL154",
      "PQL159",
      "PQL158",
    ]);
  });
});

describe("the corpus bound to fitting schemas", () => {
  it.each(ofClass("ok"))("binds, or says not yet: %s", (_, text, task) => {
    const query = parseQuery(text);
    const { bound, report } = bindAll(query, fittingSchema(query, task));
    const codes = report.errors.map((error) => error.code);
    if (bound) expect(bound.taskType).toBe(task);
    else
      expect(
        codes.every((code) => code.startsWith("PQL9")),
        codes.join(),
      ).toBe(true);
  });

  it("binds all but what waits for a later release", () => {
    const waiting = ofClass("ok").flatMap(([, text, task]) => {
      const query = parseQuery(text);
      return bindAll(query, fittingSchema(query, task)).report.errors.map((error) => error.code);
    });
    expect(countEach(waiting)).toMatchInlineSnapshot(`
      {
        "PQL901": 2,
        "PQL902": 9,
        "PQL903": 2,
        "PQL905": 3,
      }
    `);
  });

  it.each(ofClass("semantic-error"))("refuses %s", (_, text, task) => {
    const query = parseQuery(text);
    const { bound, report } = bindAll(query, fittingSchema(query, task), { dialect: "kumo" });
    expect(bound).toBeNull();
    expect(report.errors.some((error) => !error.code.startsWith("PQL9"))).toBe(true);
  });

  it("names why each semantic error is one", () => {
    const codes = ofClass("semantic-error").map(([, text, task]) => {
      const query = parseQuery(text);
      return bindAll(query, fittingSchema(query, task)).report.errors.map((error) => error.code);
    });
    expect(codes).toMatchInlineSnapshot(`
      [
        [
          "PQL205",
        ],
        [
          "PQL403",
        ],
        [
          "PQL320",
        ],
        [
          "PQL322",
        ],
        [
          "PQL323",
        ],
        [
          "PQL323",
        ],
        [
          "PQL321",
        ],
        [
          "PQL324",
        ],
        [
          "PQL209",
        ],
        [
          "PQL404",
        ],
        [
          "PQL410",
        ],
        [
          "PQL409",
        ],
        [
          "PQL309",
        ],
        [
          "PQL304",
        ],
        [
          "PQL213",
        ],
      ]
    `);
  });
});

function countEach(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** Makes the schema a query was written for: kinds from what columns are compared with, links from who aggregates what. */
function fittingSchema(query: PredictiveQuery, task: string | undefined): Schema {
  const kinds = new Map<string, ColumnKind>();
  const stypes = new Map<string, Stype>();
  const links = new Map<string, Set<string>>();
  const tables = new Map<string, Set<string>>();
  const entity = query.entity.key.table;
  const see = (ref: ColumnRef | Wildcard): string => {
    const columns = tables.get(ref.table) ?? new Set();
    tables.set(ref.table, columns);
    if (ref.kind === "column") columns.add(ref.column);
    return ref.kind === "column" ? `${ref.table}.${ref.column}` : `${ref.table}.*`;
  };
  const kindOf = (constant: Constant): ColumnKind | null => {
    switch (constant.kind) {
      case "list":
        return kindOf(constant.items[0]!);
      case "time":
        return "timestamp";
      case "null":
        return null;
      default:
        return constant.kind;
    }
  };
  const visitAggregation = (node: Aggregation): void => {
    const name = see(node.column);
    if (["SUM", "AVG", "MIN", "MAX"].includes(node.name) && !kinds.has(name))
      kinds.set(name, "number");
    links.set(node.column.table, (links.get(node.column.table) ?? new Set()).add(entity));
    if (node.where) visit(node.where, node.column.table);
  };
  const visit = (node: Condition, row: string): void => {
    const nested =
      node.kind === "comparison"
        ? []
        : node.kind === "not"
          ? [node.operand]
          : [node.left, node.right];
    for (const part of nested) visit(part, row);
    if (node.kind === "comparison") visitComparison(node, row);
  };
  const visitComparison = (node: Comparison, row: string): void => {
    const { left } = node;
    if (left.kind === "aggregation") {
      visitAggregation(left);
      if (node.right.kind === "string") kinds.set(see(left.column), "string");
      return;
    }
    const name = see(left);
    if (left.table !== row) links.set(row, (links.get(row) ?? new Set()).add(left.table));
    const kind = kindOf(node.right);
    if (kind) kinds.set(name, kind);
  };
  see(query.entity.key);
  const { target } = query;
  if (target.kind === "aggregation") visitAggregation(target);
  else if (target.kind === "column" || target.kind === "wildcard") {
    const name = see(target);
    if (task === "multiclass_classification") kinds.set(name, "string");
    if (target.table !== entity) links.set(entity, new Set([target.table]));
  } else visit(target, entity);
  if (query.where) visit(query.where, entity);
  if (query.assuming) visit(query.assuming, entity);
  if (target.kind === "aggregation" && task === "multiclass_classification") {
    kinds.set(see(target.column), "string");
  }
  const { selection } = query.entity;
  if (selection) kinds.set(see(query.entity.key), kindOf(selection.value)!);
  const timed = new Set(
    [target, query.where, query.assuming]
      .flatMap((node) => (node ? aggregationsOf(node) : []))
      .map((node) => node.column.table),
  );
  return {
    tables: [...tables].map(([name, columns]) => {
      const foreignKeys = [...(links.get(name) ?? [])].map(
        (table): ForeignKey => ({ name: `fk_${table}`, columns: [`fk_${table}`], table }),
      );
      const all = [
        ...columns,
        ...foreignKeys.map((key) => key.name),
        ...(timed.has(name) ? ["_time"] : []),
      ];
      return {
        name,
        columns: all.map((column) => {
          const kind =
            column === "_time" ? "timestamp" : (kinds.get(`${name}.${column}`) ?? "number");
          const stype =
            stypes.get(`${name}.${column}`) ??
            (kind === "string" || kind === "boolean"
              ? "categorical"
              : kind === "timestamp"
                ? "timestamp"
                : "numerical");
          return { name: column, kind, stype, unit: null, knownFrom: null };
        }),
        primaryKey:
          name === entity && query.entity.key.kind === "column" ? [query.entity.key.column] : null,
        timeColumn: timed.has(name) ? "_time" : null,
        endTimeColumn: null,
        foreignKeys,
      };
    }),
  };
}
