/** How errors read: message, caret, place, hint, and the same as plain data. */
import { describe, expect, it } from "vitest";
import { assertNever, invariant } from "../../../src/core/assert.js";
import {
  AbortedError,
  ConfigError,
  DataError,
  InternalError,
  PqlError,
  RelError,
} from "../../../src/core/errors.js";
import { checkAborted } from "../../../src/core/progress.js";

const source = "PREDICT SUM(ordrs.price, 0, 30, days)\nFOR EACH users.id";

describe("RelError.format", () => {
  it("points into the query and says what to do", () => {
    const error = new PqlError("PQL201", "unknown table `ordrs`", {
      span: { start: 12, end: 17 },
      source,
      hint: "did you mean `orders`? tables: users, orders, products",
    });
    expect(`\n${error.format()}`).toBe(`
error[PQL201]: unknown table \`ordrs\`
  1 | PREDICT SUM(ordrs.price, 0, 30, days)
    |             ^^^^^
  hint: did you mean \`orders\`? tables: users, orders, products`);
  });

  it("names file, table, column and row, as far as they are known", () => {
    const at = { file: "orders.parquet", table: "orders", column: "user_id", row: 48_213 };
    const error = new DataError("DAT104", "foreign key `orders.user_id` = 912 has no row", { at });
    expect(error.format().split("\n")[1]).toBe(
      "  at orders.parquet › orders › user_id › row 48213",
    );
    const some = new DataError("DAT104", "no row", { at: { table: "orders", row: 0 } });
    expect(some.format()).toBe("error[DAT104]: no row\n  at orders › row 0");
  });

  it("is one line where there is nothing but a message", () => {
    expect(new ConfigError("CFG001", "no such option").format()).toBe(
      "error[CFG001]: no such option",
    );
    const empty = new DataError("DAT001", "bad", { at: {} });
    expect(empty.format()).toBe("error[DAT001]: bad");
  });

  it("leaves the excerpt out when the text is not known", () => {
    const error = new PqlError("PQL101", "unexpected `)`", { span: { start: 3, end: 4 } });
    expect(error.format()).toBe("error[PQL101]: unexpected `)`");
  });
});

describe("RelError", () => {
  it("is an Error with its class's name, code and cause", () => {
    const cause = new Error("EACCES");
    const error = new DataError("DAT201", "cannot be read", { cause });
    expect(error).toBeInstanceOf(RelError);
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code, error.message]).toEqual([
      "DataError",
      "DAT201",
      "cannot be read",
    ]);
    expect(error.cause).toBe(cause);
    expect("cause" in new DataError("DAT201", "cannot be read")).toBe(false);
  });

  it("becomes plain data without empty fields", () => {
    const error = new PqlError("PQL101", "bad", {
      span: { start: 0, end: 3 },
      source,
      hint: "fix",
    });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: "PQL101",
      message: "bad",
      hint: "fix",
      span: { start: 0, end: 3 },
    });
    expect(JSON.stringify(new ConfigError("CFG001", "bad"))).toBe(
      '{"code":"CFG001","message":"bad"}',
    );
  });

  it("keeps the further errors of a query in order", () => {
    const second = new PqlError("PQL202", "unknown column", { source });
    const first = new PqlError("PQL201", "unknown table", { source, others: [second] });
    expect(first.others).toEqual([second]);
    expect(second.others).toEqual([]);
  });
});

describe("bugs of ours", () => {
  it("ask for a report", () => {
    expect(() => invariant(false, "rows are sorted")).toThrow(InternalError);
    expect(() => invariant(1 > 0, "rows are sorted")).not.toThrow();
    const error = new InternalError("rows are sorted");
    expect(error.code).toBe("INT001");
    expect(error.format()).toContain("hint: this is a bug in relgraph");
  });

  it("show the value that no case matched", () => {
    expect(() => assertNever("ranking" as never)).toThrow('unexpected value "ranking"');
  });
});

describe("checkAborted", () => {
  it("stops work that was cancelled and lets all other work go on", () => {
    const controller = new AbortController();
    expect(() => checkAborted(undefined, "training")).not.toThrow();
    expect(() => checkAborted(controller.signal, "training")).not.toThrow();
    controller.abort();
    expect(() => checkAborted(controller.signal, "training")).toThrow(AbortedError);
    expect(() => checkAborted(controller.signal, "training")).toThrow("training was cancelled");
  });
});
