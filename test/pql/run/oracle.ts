/** The rules of training tables written out row by row, slow and plain: what the executor must equal. */
import type {
  BoundAggregation,
  BoundColumn,
  BoundComparison,
  BoundCondition,
  BoundExpression,
  BoundRelation,
  BoundTarget,
  Hop,
  NullLogic,
} from "../../../pql/bind/bound.js";
import { isBoundCondition } from "../../../pql/bind/bound.js";
import type { TrainingTablePlan } from "../../../pql/plan/plan-types.js";
import { placeWindow } from "../../../src/core/time.js";
import { aggregateOf, callOf, compareOf, finite, relationOf, type Value } from "./oracle-values.js";

/** A row as plain values; times are milliseconds. */
export type Row = Readonly<Record<string, number | string | boolean | readonly string[] | null>>;

/** A table as a list of rows, with the roles of its columns. */
export interface PlainTable {
  readonly rows: readonly Row[];
  readonly time: string | null;
  readonly end: string | null;
  readonly key: readonly string[];
  /** Column to the column with the time it became known at. */
  readonly knownFrom: Readonly<Record<string, string>>;
  /** Columns with digits of integers. */
  readonly int64?: readonly string[];
}

/** All tables by name. */
export type PlainDatabase = Readonly<Record<string, PlainTable>>;

/** One expected row. */
export interface ExpectedRow {
  readonly entity: number;
  readonly anchor: number;
  readonly step: number;
  readonly target: Value;
}

/** Computes the labelled rows of a plan, one entity and one anchor at a time. */
export function expectedRows(
  db: PlainDatabase,
  plan: TrainingTablePlan,
  anchors: readonly number[],
): ExpectedRow[] {
  const found: ExpectedRow[] = [];
  for (const anchor of [...new Set(anchors)].sort((a, b) => a - b)) {
    for (const entity of eligibleEntities(db, plan, anchor)) {
      const truth = entityScene(db, plan, entity, anchor, Infinity);
      if (plan.assuming && holds(plan.assuming, truth) !== true) continue;
      plan.frames.forEach((frame, i) => {
        const target = labelOf(frame, truth);
        if (target !== null) found.push({ entity, anchor, step: i + 1, target });
      });
    }
  }
  return found;
}

/** Lists who is in the table at an anchor, by what is known then. */
export function eligibleEntities(
  db: PlainDatabase,
  plan: TrainingTablePlan,
  anchor: number,
): number[] {
  const { rows, key, time, end } = db[plan.entity.table.name]!;
  return rows.flatMap((row, entity) => {
    const id = key.map((name) => row[name]);
    if (id.includes(null)) return [];
    if (rows.findIndex((other) => key.every((name, k) => other[name] === id[k])) !== entity) {
      return [];
    }
    const created = time === null ? -Infinity : (row[time] as number | null);
    if (created === null || created > anchor) return [];
    const ended = end === null ? null : (row[end] as number | null);
    if (ended !== null && ended <= anchor) return [];
    const scene = entityScene(db, plan, entity, anchor, anchor);
    return plan.where && holds(plan.where, scene) !== true ? [] : [entity];
  });
}

/** A place of a path: a row of a table. */
export interface Place {
  readonly table: string;
  readonly row: number;
}

/** What one expression is evaluated for. */
interface Scene {
  readonly db: PlainDatabase;
  readonly logic: NullLogic;
  readonly places: readonly Place[];
  readonly anchor: number;
  readonly moment: number;
}

function entityScene(
  db: PlainDatabase,
  plan: TrainingTablePlan,
  row: number,
  anchor: number,
  moment: number,
): Scene {
  const places = [{ table: plan.entity.table.name, row }];
  return { db, logic: plan.nullLogic, places, anchor, moment };
}

/** The value of a target for one row of a table at a time, as far as it is known then. */
export function valueAt(
  db: PlainDatabase,
  logic: NullLogic,
  target: BoundTarget,
  place: Place,
  time: number,
): Value {
  return labelOf(target, { db, logic, places: [place], anchor: time, moment: time });
}

function labelOf(target: BoundTarget, scene: Scene): Value {
  if (!isBoundCondition(target)) {
    const value = evaluate(target, scene);
    return Array.isArray(value) && value.length === 0 ? null : value;
  }
  if (scene.logic === "kumo" && !(target.kind === "comparison" && target.right === null)) {
    if (sides(target).some((node) => evaluate(node, scene) === null)) return null;
  }
  const truth = holds(target, scene);
  return truth === null ? null : Number(truth);
}

function sides(node: BoundCondition): BoundExpression[] {
  if (node.kind === "comparison") return [node.left];
  if (node.kind === "relation") return [node.left, node.right];
  return node.kind === "not" ? sides(node.operand) : node.operands.flatMap(sides);
}

/** Three-valued: `null` is unknown. */
function holds(node: BoundCondition, scene: Scene): boolean | null {
  switch (node.kind) {
    case "comparison":
    case "relation": {
      const result = compare(node, scene);
      return result === null && scene.logic === "kumo" ? false : result;
    }
    case "not": {
      const inner = holds(node.operand, scene);
      return inner === null ? null : !inner;
    }
    case "and": {
      const all = node.operands.map((operand) => holds(operand, scene));
      if (all.includes(false)) return false;
      return all.includes(null) ? null : true;
    }
    case "or": {
      const all = node.operands.map((operand) => holds(operand, scene));
      if (all.includes(true)) return true;
      return all.includes(null) ? null : false;
    }
  }
}

function compare(node: BoundComparison | BoundRelation, scene: Scene): boolean | null {
  const left = evaluate(node.left, scene);
  const digits = isDigits(node.left, scene.db);
  if (node.kind === "comparison") return compareOf(left, node.operator, node.right, digits);
  const right = evaluate(node.right, scene);
  if (left === null || right === null) return null;
  return relationOf(left, node.operator, right, digits && isDigits(node.right, scene.db));
}

function isDigits(node: BoundExpression, db: PlainDatabase): boolean {
  if (node.kind === "column") {
    return db[node.table.name]!.int64?.includes(node.column.name) ?? false;
  }
  if (node.kind === "call" && node.name === "COALESCE") {
    const texts = node.args.filter((arg) => arg.kind !== "constant");
    const constants = node.args.filter((arg) => arg.kind === "constant");
    return (
      texts.some((arg) => isDigits(arg, db)) &&
      texts.every((arg) => isDigits(arg, db)) &&
      constants.every(({ value }) => /^-?\d+$/.test(String(value)))
    );
  }
  return node.kind === "aggregation" && node.argument !== null && node.type === "text"
    ? isDigits(node.argument, db)
    : false;
}

function evaluate(node: BoundExpression, scene: Scene): Value {
  switch (node.kind) {
    case "column":
      return columnOf(node, scene);
    case "aggregation":
      return aggregationOf(node, scene);
    case "constant":
      return node.value;
    case "anchor":
      return scene.anchor;
    case "arithmetic": {
      const a = evaluate(node.left, scene) as number | null;
      const b = evaluate(node.right, scene) as number | null;
      if (a === null || b === null) return null;
      if (node.operator === "+") return finite(a + b);
      if (node.operator === "-") return finite(a - b);
      return finite(node.operator === "*" ? a * b : a / b);
    }
    case "negative": {
      const value = evaluate(node.operand, scene) as number | null;
      return value === null ? null : -value;
    }
    case "call":
      return callOf(
        node.name,
        node.args.map((arg) => evaluate(arg, scene)),
      );
  }
}

/** Reads a cell as of a moment; `null` where it is not known yet. */
function cell(db: PlainDatabase, { table, row }: Place, column: string, moment: number): Value {
  const { rows, knownFrom, end } = db[table]!;
  const source = knownFrom[column] ?? (end === column ? column : undefined);
  if (source !== undefined && moment !== Infinity) {
    const known = rows[row]![source] as number | null;
    if (known === null || known > moment) return null;
  }
  const value = rows[row]![column] ?? null;
  return typeof value === "boolean" ? Number(value) : value;
}

function columnOf(node: BoundColumn, scene: Scene): Value {
  let place: Place | null = scene.places[node.position]!;
  for (const hop of node.steps) {
    place = place && parentOf(scene.db, place, hop, scene.moment);
    if (place && !isThere(scene.db, place, scene.moment)) place = null;
  }
  return place && cell(scene.db, place, node.column.name, scene.moment);
}

/** Tells whether a row is known at a moment; a row without its time is to the full truth only. */
function isThere(db: PlainDatabase, { table, row }: Place, moment: number): boolean {
  const { time, rows } = db[table]!;
  if (time === null) return true;
  if (moment === Infinity) return true;
  const known = rows[row]![time] as number | null;
  return known !== null && known <= moment;
}

function parentOf(db: PlainDatabase, place: Place, hop: Hop, moment: number): Place | null {
  const parent = db[hop.foreignKey.table]!;
  const id = hop.foreignKey.columns.map((column) => cell(db, place, column, moment));
  if (id.includes(null)) return null;
  const row = parent.rows.findIndex((other) =>
    parent.key.every((name, k) => other[name] === id[k]),
  );
  return row < 0 ? null : { table: hop.foreignKey.table, row };
}

/** Lists the rows of a path joined with one another, as far as they are known. */
function joined(node: BoundAggregation, { db, moment }: Scene): Place[][] {
  let found = db[node.table.name]!.rows.map((_, row): Place[] => [{ table: node.table.name, row }]);
  for (const hop of node.path.hops) {
    found = found.flatMap((places) => {
      const last = places.at(-1)!;
      if (hop.direction === "up") {
        const parent = parentOf(db, last, hop, moment);
        return parent ? [[...places, parent]] : [];
      }
      const children = db[hop.to.name]!.rows.map((_, row): Place => ({ table: hop.to.name, row }));
      return children
        .filter((child) => parentOf(db, child, hop, moment)?.row === last.row)
        .map((child) => [...places, child]);
    });
  }
  return found.filter((places) => places.slice(0, -1).every((place) => isThere(db, place, moment)));
}

function aggregationOf(node: BoundAggregation, scene: Scene): Value {
  const { db, anchor } = scene;
  const owner = scene.places.find((place) => place.table === node.owner.name)!;
  const clock = ({ table, row }: Place): number =>
    (db[table]!.rows[row]![db[table]!.time!] as number | null) ?? Number.NaN;
  const events = joined(node, scene)
    .filter((places) => places.at(-1)!.row === owner.row)
    .map((places) => ({
      time: node.path.clock === null ? 0 : clock(places[node.path.clock]!),
      scene: { ...scene, places },
    }))
    .filter(({ time }) => {
      if (node.window === null) return true;
      const { from, to } = placeWindow(anchor, node.window);
      return from < time && time <= to;
    })
    .filter((event) => node.where === null || holds(node.where, event.scene) === true)
    .map((event) => ({
      time: event.time,
      value: node.argument === null ? 1 : evaluate(node.argument, event.scene),
    }))
    .filter((event) => event.value !== null);
  return aggregateOf(node, events, anchor, node.argument !== null && isDigits(node.argument, db));
}
