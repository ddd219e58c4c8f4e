/** A database that differs in nothing that was known at a time. */
import type { Row } from "./oracle.js";
import { type Flags, type RichRows, rolesOf, type TableName } from "./rich-database.js";

/** Another future: everything that is not known at a time is something else, and more rows come later. */
export function otherFuture(
  rows: RichRows,
  others: RichRows,
  flags: Flags,
  anchor: number,
): RichRows {
  const roles = rolesOf(flags);
  const isLater = (time: Row[string] | undefined): boolean =>
    time === null || time === undefined || (time as number) > anchor;
  const change = (name: TableName): Row[] => {
    const { primaryKey, timeColumn, endTimeColumn, knownFrom } = roles[name];
    if (timeColumn === undefined) return [...rows[name]];
    const keys = new Set([primaryKey ?? []].flat());
    const changed = rows[name].map((row, i) => {
      const other = others[name][i % others[name].length] ?? row;
      const isUnknown = isLater(row[timeColumn]);
      const cells = Object.entries(row).map(([column, value]) => {
        if (keys.has(column) || column === timeColumn) return [column, value];
        if (isUnknown) return [column, other[column]!];
        const source = knownFrom?.[column];
        if (source !== undefined && isLater(row[source])) return [column, other[column]!];
        if (column !== endTimeColumn || !isLater(value)) return [column, value];
        return [column, isLater(other[column]) ? other[column]! : null];
      });
      return Object.fromEntries(cells) as Row;
    });
    return [...changed, ...others[name].filter((row) => isLater(row[timeColumn]))];
  };
  const names = Object.keys(rows) as TableName[];
  return Object.fromEntries(names.map((name) => [name, change(name)])) as unknown as RichRows;
}
