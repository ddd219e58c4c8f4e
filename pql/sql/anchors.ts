/** The anchors of a statement, with the bounds of windows as literals beside them. */
import { addTime, type Timestamp, type TimeUnit } from "../../src/core/time.js";
import { indent, type Part } from "./layout.js";
import type { Statement } from "./statement.js";

/** Where the SELECTs of a clause find anchors. */
export interface Clock {
  /** The part that lists the anchors; `null` where there are none. */
  readonly source: string | null;
  /** The columns that tell its rows apart: the anchor, and the step of a forecast. */
  readonly keys: readonly string[];
  /** The anchor's value. */
  readonly anchor: string;
  /** Returns the column with a bound, the anchor moved on by some units; `null` for no bound. */
  bound(count: number, unit: TimeUnit): string | null;
}

/** A clock that is written as a list of literals. */
export interface LiteralClock extends Clock {
  readonly source: string;
  /** The list with all bounds that were asked for. */
  part(): Part;
}

/** One row of a list of anchors. */
export interface AnchorRow {
  readonly anchor: Timestamp;
  /** How many units its windows are moved on. */
  readonly shift: number;
  /** What stands between the anchor and the bounds, as SQL. */
  readonly cells: readonly string[];
}

/**
 * Makes a clock of literals; calendar months are clamped here, so that engines need no arithmetic of dates.
 *
 * @param statement - the statement.
 * @param rows - the anchors.
 * @param list - its name, further columns (of `cells`) with their types, which of them tell rows apart, and the comment.
 */
export function literalClock(
  { engine, names }: Statement,
  rows: readonly AnchorRow[],
  list: {
    readonly name: string;
    readonly columns: readonly { readonly name: string; readonly type: string }[];
    readonly keys: readonly string[];
    readonly moved: boolean;
    readonly comment: string;
  },
): LiteralClock {
  const source = names.fresh(list.name);
  const bounds = new Map<string, (row: AnchorRow) => Timestamp>();
  const { anchor } = names.columns;
  const bound: Clock["bound"] = (count, unit) => {
    if (count === -Infinity) return null;
    if (count === 0 && !list.moved) return `${source}.${anchor}`;
    const sign = count < 0 ? "minus" : "plus";
    const name = `${list.moved ? "step_" : ""}${sign}_${Math.abs(count)}_${unit}`;
    bounds.set(name, ({ anchor, shift }) => move(anchor, count + shift, unit));
    return `${source}.${name}`;
  };
  const part = (): Part => {
    const columns = [anchor, ...list.columns.map(({ name }) => name), ...bounds.keys()];
    const { comment } = list;
    if (rows.length === 0) {
      const types = ["TIMESTAMP", ...list.columns.map(({ type }) => type)];
      const nulls = columns.map((_, i) => `CAST(NULL AS ${types[i] ?? "TIMESTAMP"})`);
      return {
        name: source,
        columns,
        comment,
        body: [`SELECT ${nulls.join(", ")}`, "WHERE 1 = 0"],
      };
    }
    const lines = rows.map((row) => {
      const times = [...bounds.values()].map((at) => engine.time(at(row)));
      return `(${[engine.time(row.anchor), ...row.cells, ...times].join(", ")})`;
    });
    const body = ["VALUES", ...lines.map((line, i) => indent(lines[i + 1] ? `${line},` : line))];
    return { name: source, columns, comment, body };
  };
  return { source, keys: [anchor, ...list.keys], anchor: `${source}.${anchor}`, bound, part };
}

/** Beyond the years that dates reach, a time is as good as infinite. */
function move(anchor: Timestamp, count: number, unit: TimeUnit): Timestamp {
  const time = addTime(anchor, count, unit);
  return Number.isNaN(time) ? Math.sign(count) * Infinity : time;
}
