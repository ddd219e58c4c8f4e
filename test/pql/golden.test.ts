import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bindQuery } from "../../pql/bind/bind.js";
import type { Parameters } from "../../pql/bind/parameters.js";
import { checkQuery } from "../../pql/check.js";
import { planTrainingTable } from "../../pql/plan/plan.js";
import { runPlan } from "../../pql/run/execute.js";
import type { Dialect } from "../../pql/syntax/ast.js";
import { parseQuery } from "../../pql/syntax/parse.js";
import { printQuery } from "../../pql/syntax/print.js";
import { defaultAnchors } from "../../src/task/splits.js";
import { summarizeTrainingTable, type TargetLists } from "../../src/task/training-table.js";
import { widerShop } from "../support/shop.js";

const golden = join(import.meta.dirname, "../golden");
const casesOf = (folder: string): string[] =>
  readdirSync(join(golden, folder))
    .filter((file) => file.endsWith(".pql"))
    .map((file) => file.slice(0, -".pql".length));
const read = (folder: string, name: string): string =>
  readFileSync(join(golden, folder, `${name}.pql`), "utf8").trimEnd();

describe("error messages", () => {
  it.each(casesOf("errors"))("of %s", async (name) => {
    const text = read("errors", name);
    const dialect: Dialect = text.startsWith("# dialect: kumo") ? "kumo" : "relgraph";
    const given = /^# params: (.*)$/m.exec(text)?.[1];
    const params = given === undefined ? {} : (JSON.parse(given) as Parameters);
    const { errors, warnings } = checkQuery(text, widerShop().schema, { dialect, params });
    expect(errors.length).toBeGreaterThan(0);
    const lines = [
      ...errors.map((error) => error.format()),
      ...warnings.map(
        (warning) => `warning[${warning.code}]: ${warning.message}\n  hint: ${warning.hint}`,
      ),
    ];
    const file = join(golden, "errors", `${name}.golden.txt`);
    await expect(`${lines.join("\n\n")}\n`).toMatchFileSnapshot(file);
  });
});

describe("queries from text to training table", () => {
  it.each(casesOf("queries"))("of %s", async (name) => {
    const db = widerShop();
    const query = parseQuery(read("queries", name));
    const bound = bindQuery(query, db.schema);
    const plan = planTrainingTable(bound);
    const { window } = plan.task;
    const span = db.timeSpan(plan.timeTables);
    const step = { count: 1, unit: "days" } as const;
    const anchors =
      window && span && window.unit !== "months"
        ? defaultAnchors({
            window,
            labelWindows: plan.labelWindows,
            minTime: span.min,
            maxTime: span.max,
            step,
          })
        : window
          ? Float64Array.of(Date.UTC(2022, 11, 31))
          : null;
    const table = runPlan(plan, db, anchors);
    const text = [
      printQuery(query),
      bound.toString(),
      plan.explain(anchors ?? []),
      summarizeTrainingTable(table),
      `classes ${table.classes?.join(", ") ?? "none"}`,
      `anchors ${JSON.stringify(table.anchors)}`,
      `dropped ${JSON.stringify(table.dropped)}`,
      `rows ${JSON.stringify(Array.from(table.entityRows, (row, i) => [row, table.targets[i]]))}`,
      ...(table.lists ? [`lists ${JSON.stringify(listsOf(table.lists, table.classes))}`] : []),
    ].join("\n\n");
    await expect(`${text}\n`).toMatchFileSnapshot(join(golden, "queries", `${name}.golden.txt`));
  });
});

/** The lists of rows by the names of their items. */
function listsOf(
  { offsets, items }: TargetLists,
  classes: readonly string[] | null,
): (string | undefined)[][] {
  return Array.from(offsets.subarray(1), (end, row) =>
    Array.from(items.subarray(offsets[row], end), (item) => classes?.[item]),
  );
}
