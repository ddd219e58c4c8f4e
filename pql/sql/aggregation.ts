/** Aggregations as parts of a statement: one row per owner's key and anchor. */
import { ConfigError, InternalError } from "../../src/core/errors.js";
import { approximateMs, formatWindow, type TimeWindow } from "../../src/core/time.js";
import {
  type BoundAggregation,
  type BoundExpression,
  type BoundPath,
  boundAggregations,
  boundColumns,
  type Hop,
  insideOf,
  plainColumn,
} from "../bind/bound.js";
import { distanceUnit } from "../bind/windows.js";
import { conditionLines, isText, writeExpression, writeNumber } from "./expression.js";
import { printSelect } from "./layout.js";
import {
  beginSelect,
  type Clause,
  firstOnly,
  type Gathered,
  type KeyPart,
  linkOn,
  readRows,
  type Select,
  sameKinds,
  sourceAs,
} from "./select.js";

/** Writes an aggregation as a part of the statement. */
export function writeAggregation(node: BoundAggregation, clause: Clause): Gathered {
  const { statement, clock } = clause;
  const { engine, names } = statement;
  const anchorOf = clock.keys.map((key) => `${clock.source}.${key}`);
  const select = beginSelect(clause, anchorOf);
  const { from, where, owner } = joinPath(node, select);
  const bounds = node.window === null ? [] : inWindow(node, node.window, select);
  const filter = node.where === null ? [] : conditionLines(node.where, select);
  const { value, item } = writeValue(node, select);
  const present = item === null ? [] : [`${item} IS NOT NULL`];
  const anchored = select.anchored;
  const clockJoin =
    !anchored || clock.source === null
      ? []
      : [
          bounds.length > 0
            ? `JOIN ${clock.source} ON ${bounds.join(" AND ")}`
            : `CROSS JOIN ${clock.source}`,
        ];
  const grouped = [...owner.map(({ inside }) => inside), ...(anchored ? anchorOf : [])];
  const body = printSelect({
    columns: [
      ...grouped,
      ...(item ? [`${item} AS ${names.columns.item}`] : []),
      `${value} AS ${names.columns.value}`,
    ],
    from: [...from, ...clockJoin, ...select.joins],
    where: [...where, ...filter, ...present],
    groupBy: [...grouped, ...(item ? [item] : [])],
  });
  const words = wordsOf(node);
  const comment = describe(node);
  const zero = isZeroed(node);
  if (item === null) {
    return { name: statement.add(words, comment, body), keys: owner, anchored, zero };
  }
  const items = statement.add(
    [...words, "items"],
    `the values to list, when each came first`,
    body,
  );
  const outer = [...owner.map(({ name }) => name), ...(anchored ? clock.keys : [])];
  const { value: first, item: listed } = names.columns;
  const order = statement.rowOrder ? [first] : [first, listed];
  const list = printSelect({
    columns: [...outer, `${engine.collect(listed, order)} AS ${first}`],
    from: [items],
    where: [],
    groupBy: outer,
  });
  return { name: statement.add(words, comment, list), keys: owner, anchored, zero };
}

/** Tells whether a value is an aggregation that is 0 where there are no rows, and never missing. */
export function isZeroed(node: BoundExpression): boolean {
  return node.kind === "aggregation" && ZEROED.has(node.name);
}

const ZEROED: ReadonlySet<string> = new Set(["COUNT", "SUM", "COUNT_DISTINCT"]);

/** A key column of the owner, as the joined rows have it. */
interface OwnerKey {
  /** The column of the joined rows. */
  readonly inside: string;
  /** Its name. */
  readonly name: string;
  readonly of: KeyPart;
}

/** The rows that an aggregation runs over. */
interface JoinedPath {
  readonly from: string[];
  readonly where: string[];
  readonly owner: readonly OwnerKey[];
}

/** Joins the rows of the path; the owner itself only where something reads it. */
function joinPath(node: BoundAggregation, select: Select): JoinedPath {
  const { statement } = select.clause;
  const { hops, clock } = node.path;
  const inside = insideOf(node);
  const nests = inside.some((part) => boundAggregations(part).length > 0);
  const readsOwner = inside.flatMap(boundColumns).some(({ position }) => position === hops.length);
  const first = readRows(node.table, nests || hops[0]!.direction === "down", select);
  select.addRow(first);
  const from = [sourceAs(first)];
  const where: string[] = [];
  hops.forEach((hop, i) => {
    const row = select.rows[i]!;
    const last = i + 1 === hops.length;
    if (i !== clock) where.push(...select.rowKnown(row));
    if (hop.direction === "up") where.push(...select.keyKnown(row, hop));
    if (last && !readsOwner) {
      if (hop.direction === "down") where.push(...firstOnly(statement, row));
      return;
    }
    const next = readRows(hop.to, true, select);
    const [child, parent] = hop.direction === "up" ? [row, next] : [next, row];
    const on = linkOn(statement, child, parent, hop);
    from.push(`JOIN ${sourceAs(next)} ON ${on.join(" AND ")}`);
    if (hop.direction === "down") where.push(...select.keyKnown(next, hop));
    select.addRow({ ...next, first: hop.direction === "up" });
  });
  return { from, where, owner: ownerKeys(hops, select, readsOwner) };
}

function ownerKeys(
  hops: readonly Hop[],
  { rows, clause }: Select,
  readsOwner: boolean,
): OwnerKey[] {
  const { quote } = clause.statement.engine;
  const hop = hops.at(-1)!;
  const row = rows[hops.length - 1]!;
  const same = sameKinds(hop);
  const fk = hop.foreignKey.columns.map(quote);
  if (hop.direction === "up") {
    const key = hop.to.primaryKey!.map(quote);
    return fk.map((name, i) => ({
      inside: `${row.alias}.${name}`,
      name,
      of: { owner: key[i]!, sameKind: same[i]! },
    }));
  }
  if (!readsOwner) {
    const key = hop.from.primaryKey!.map(quote);
    return key.map((name, i) => ({
      inside: `${row.alias}.${name}`,
      name,
      of: { owner: fk[i]!, sameKind: same[i]! },
    }));
  }
  const owner = rows[hops.length]!;
  const key = hop.to.primaryKey?.map(quote) ?? (clause.statement.engine.rowOrder ? ["rowid"] : []);
  const own = owner.rowNumber === null ? key : [owner.rowNumber];
  if (own.length > 0) {
    return own.map((name) => ({
      inside: `${owner.alias}.${name}`,
      name,
      of: { owner: name, sameKind: true },
    }));
  }
  const message = `rows of \`${hop.to.name}\` have neither key nor order, so that what belongs to each cannot be told`;
  throw new ConfigError("CFG143", message, { hint: "give the table a primary key" });
}

/** The rows of a window, by the time of the table that places them. */
function inWindow({ path }: BoundAggregation, window: TimeWindow, select: Select): string[] {
  const time = timeOf(path, select)!;
  const from = select.bound(window.start, window.unit);
  const to = select.bound(window.end, window.unit);
  return [...(from === null ? [] : [`${time} > ${from}`]), `${time} <= ${to}`];
}

function timeOf({ clock }: BoundPath, { rows, clause }: Select): string | null {
  if (clock === null) return null;
  const { alias, table } = rows[clock]!;
  return `${alias}.${clause.statement.engine.quote(table.timeColumn!)}`;
}

/** The value of an aggregation; of a list the order of an item, and the item. */
function writeValue(
  node: BoundAggregation,
  select: Select,
): { readonly value: string; readonly item: string | null } {
  const { argument } = node;
  if (argument === null && node.name !== "TIME_TO_NEXT") return { value: "count(*)", item: null };
  if (node.name === "LIST_DISTINCT") {
    const item = writeExpression(argument!, select);
    const order = rowOrder(node.path, writeNumber(argument!, select), select);
    const single = order.length === 1 || !select.clause.statement.rowOrder;
    const value = single ? order[0]! : `row(${order.join(", ")})`;
    return { value: `min(${value})`, item };
  }
  return { value: writeSingle(node, select), item: null };
}

function writeSingle(node: BoundAggregation, select: Select): string {
  const { name, argument, quantile, path, window } = node;
  const { engine } = select.clause.statement;
  const plain = argument === null ? "" : writeExpression(argument, select);
  const number = argument?.type === "boolean" ? `CAST(${plain} AS INTEGER)` : plain;
  const ordered = argument !== null && isText(argument) ? engine.plainOrder(plain) : number;
  const typed = (sql: string): string =>
    node.type === "boolean" ? `CAST(${sql} AS BOOLEAN)` : sql;
  switch (name) {
    case "COUNT":
      return `count(${plain})`;
    case "COUNT_DISTINCT":
      return `count(DISTINCT ${plain})`;
    case "SUM":
      return `sum(${number})`;
    case "AVG":
      return `avg(${number})`;
    case "MIN":
      return typed(`min(${ordered})`);
    case "MAX":
      return typed(`max(${ordered})`);
    case "FIRST":
    case "LAST": {
      const pick = name === "FIRST" ? engine.first : engine.last;
      const order = rowOrder(path, plain, select);
      if (node.type !== "list") return pick(plain, order);
      return engine.unpackList(pick(engine.packList(plain), order));
    }
    case "MEDIAN":
      return engine.quantile(number, 0.5);
    case "QUANTILE":
      return engine.quantile(number, quantile!);
    case "STDDEV":
      return `stddev_samp(${number})`;
    case "VARIANCE":
      return `var_samp(${number})`;
    case "MODE":
      return typed(engine.mode(number, ordered));
    case "TIME_TO_NEXT": {
      const time = timeOf(path, select)!;
      const shown = argument === null ? time : `CASE WHEN ${plain} IS NOT NULL THEN ${time} END`;
      return engine.timeBetween(
        select.anchor(),
        `min(${shown})`,
        approximateMs(1, distanceUnit(window)),
      );
    }
    case "LIST_DISTINCT":
      throw new InternalError("a list is written from its items");
  }
}

/** What orders joined rows: their time, then their place in their tables; where rows have no order, their values. */
function rowOrder(path: BoundPath, value: string, select: Select): string[] {
  const time = timeOf(path, select);
  const numbers = select.rows.flatMap(({ alias, rowNumber }, i) =>
    rowNumber !== null && (i === 0 || path.hops[i - 1]!.direction === "down")
      ? [`${alias}.${rowNumber}`]
      : [],
  );
  return [...(time === null ? [] : [time]), ...(numbers.length > 0 ? numbers : [value])];
}

/** The words of a part's name, such as `sum`, `orders`, `amount`. */
function wordsOf(node: BoundAggregation): string[] {
  const column = plainColumn(node)?.column.name;
  return [node.name, node.table.name, ...(column === undefined ? [] : [column])];
}

function describe(node: BoundAggregation): string {
  const { name, table, path, window, owner } = node;
  const column = plainColumn(node);
  const what = column ? `${column.table.name}.${column.column.name}` : table.name;
  const way = path.hops.map(({ to, direction, from, foreignKey }) =>
    direction === "up"
      ? `${from.name}.${foreignKey.name} → ${to.name}`
      : `${from.name} ← ${to.name}.${foreignKey.name}`,
  );
  const when = window === null ? "" : `, ${formatWindow(window)}`;
  return `${name} of ${what} per ${owner.name}: ${way.join(", ")}${when}`;
}
