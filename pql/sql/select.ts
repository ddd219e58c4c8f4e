/** One SELECT under construction: what it reads from grows as its expressions ask for columns and aggregations. */
import type { TableSchema } from "../../src/data/schema.js";
import type { BoundAggregation, BoundColumn, Hop } from "../bind/bound.js";
import type { Clock } from "./anchors.js";
import type { Statement } from "./statement.js";

/** What the SELECTs of one clause share. */
export interface Clause {
  readonly statement: Statement;
  readonly clock: Clock;
  /** `truth` sees every cell, as labels do; `anchor` sees what is known then, as WHERE does. */
  readonly sight: "truth" | "anchor";
  /** Writes an aggregation of the clause as a part of the statement. */
  readonly gather: (node: BoundAggregation, clause: Clause) => Gathered;
}

/** An aggregation that is part of the statement. */
export interface Gathered {
  /** The part's name. */
  readonly name: string;
  /** Its columns that name the owner, and which of the owner's columns they equal. */
  readonly keys: readonly { readonly name: string; readonly of: KeyPart }[];
  /** Whether it has a row for each anchor. */
  readonly anchored: boolean;
  /** Whether an owner without rows has 0 rather than nothing. */
  readonly zero: boolean;
}

/** A row that expressions are evaluated for. */
export interface RowSource {
  readonly table: TableSchema;
  /** What it is read from. */
  readonly source: string;
  /** What its columns stand behind. */
  readonly alias: string;
  /** The column with its place in the table; `null` where rows have no order. */
  readonly rowNumber: string | null;
  /** Whether it is known to be the first of its key, where keys can repeat. */
  readonly first: boolean;
}

/** A SELECT under construction. */
export interface Select {
  readonly clause: Clause;
  /** The rows by position. */
  readonly rows: readonly RowSource[];
  /** The joins of parents and aggregations that were asked for. */
  readonly joins: readonly string[];
  /** Whether something depends on the anchor. */
  readonly anchored: boolean;
  /** Adds a row at the next position. */
  addRow(row: RowSource): void;
  /** Returns a name for a source that no other source of this SELECT has. */
  alias(name: string): string;
  /** Returns the anchor's value. */
  anchor(): string;
  /** Returns a window's bound; `null` for none. */
  bound: Clock["bound"];
  column(node: BoundColumn): string;
  aggregation(node: BoundAggregation): string;
  /** Returns what must hold for the cells of a link's key to be known; empty where nothing must. */
  keyKnown(child: RowSource, hop: Hop): string[];
  /** Returns what must hold for a row to be known; empty where nothing must. */
  rowKnown(row: RowSource): string[];
}

/**
 * Begins a SELECT.
 *
 * @param clause - whose SELECT it is.
 * @param anchorOf - where the anchor's keys are found, in the order of the clock's keys, once the SELECT needs them.
 */
export function beginSelect(clause: Clause, anchorOf: readonly string[]): Select {
  const { statement, clock, sight } = clause;
  const { engine, names } = statement;
  const rows: RowSource[] = [];
  const joins: string[] = [];
  const aliases = new Set<string>();
  const parents = new Map<string, RowSource>();
  const gathered = new Set<string>();
  let anchored = false;

  const anchor: Select["anchor"] = () => {
    if (clock.source === null) return clock.anchor;
    anchored = true;
    return anchorOf[0]!;
  };
  const alias: Select["alias"] = (name) => {
    let quoted = engine.quote(name);
    for (let n = 2; aliases.has(quoted); n++) quoted = engine.quote(`${name}_${n}`);
    aliases.add(quoted);
    return quoted;
  };
  const cell = ({ table, alias }: RowSource, name: string): string => {
    const own = `${alias}.${engine.quote(name)}`;
    const source = knownSource(table, name);
    if (sight === "truth" || source === null) return own;
    return `CASE WHEN ${alias}.${engine.quote(source)} <= ${anchor()} THEN ${own} END`;
  };
  const rowKnown: Select["rowKnown"] = ({ table, alias }) => {
    // The full truth holds rows whose time is missing too.
    if (table.timeColumn === null || sight === "truth") return [];
    return [`${alias}.${engine.quote(table.timeColumn)} <= ${anchor()}`];
  };
  const keyKnown: Select["keyKnown"] = ({ table, alias }, { foreignKey }) => {
    if (sight === "truth") return [];
    return foreignKey.columns.flatMap((name) => {
      const source = knownSource(table, name);
      return source === null ? [] : [`${alias}.${engine.quote(source)} <= ${anchor()}`];
    });
  };
  const parentOf = (child: RowSource, hop: Hop, id: string): RowSource => {
    const known = parents.get(id);
    if (known) return known;
    const parent = readRows(hop.to, true, { clause, alias });
    const on = [
      ...linkOn(statement, child, parent, hop),
      ...rowKnown(parent),
      ...keyKnown(child, hop),
    ];
    joins.push(`LEFT JOIN ${sourceAs(parent)} ON ${on.join(" AND ")}`);
    parents.set(id, parent);
    return parent;
  };
  const column: Select["column"] = (node) => {
    let row = rows[node.position]!;
    let id = String(node.position);
    for (const hop of node.steps) {
      id += ` ${hop.foreignKey.name}`;
      row = parentOf(row, hop, id);
    }
    return cell(row, node.column.name);
  };
  const aggregation: Select["aggregation"] = (node) => {
    const owner = rows.find(({ table }) => table.name === node.owner.name)!;
    const held = clause.gather(node, clause);
    if (held.anchored) anchor();
    if (!gathered.has(held.name)) {
      gathered.add(held.name);
      const last = node.path.hops.at(-1)!;
      const times = held.anchored
        ? clock.keys.map((key, i) => `${held.name}.${key} = ${anchorOf[i]}`)
        : [];
      const on = [
        ...held.keys.map(({ name, of }) =>
          equalKeys(statement, `${held.name}.${name}`, of, ownerKey(owner, of)),
        ),
        ...(last.direction === "down" ? keyKnown(owner, last) : firstOnly(statement, owner)),
        ...times,
      ];
      joins.push(`LEFT JOIN ${held.name} ON ${on.join(" AND ")}`);
    }
    const value = `${held.name}.${names.columns.value}`;
    return held.zero ? `coalesce(${value}, 0)` : value;
  };
  const ownerKey = (owner: RowSource, of: KeyPart): string => `${owner.alias}.${of.owner}`;

  return {
    clause,
    rows,
    joins,
    get anchored() {
      return anchored;
    },
    addRow: (row) => rows.push(row),
    alias,
    anchor,
    bound: (count, unit) => {
      anchored = true;
      return clock.bound(count, unit);
    },
    column,
    aggregation,
    keyKnown,
    rowKnown,
  };
}

/** One column of a key that joins an aggregation to its owner. */
export interface KeyPart {
  /** The owner's column, quoted. */
  readonly owner: string;
  /** Whether both sides have one kind; keys of two kinds compare as texts. */
  readonly sameKind: boolean;
}

/** The column that tells from when on a cell is known; `null` = with its row. */
function knownSource(table: TableSchema, name: string): string | null {
  const column = table.columns.find((candidate) => candidate.name === name);
  return column?.knownFrom ?? (table.endTimeColumn === name ? name : null);
}

/** Compares two key columns; those of two kinds as texts. */
export function equalKeys(
  { engine }: Statement,
  left: string,
  { sameKind }: Pick<KeyPart, "sameKind">,
  right: string,
): string {
  if (sameKind) return `${left} = ${right}`;
  return `CAST(${left} AS ${engine.string}) = CAST(${right} AS ${engine.string})`;
}

/** Tells whether the key columns of a link have one kind. */
export function sameKinds(hop: Hop): boolean[] {
  const [child, parent] = hop.direction === "up" ? [hop.from, hop.to] : [hop.to, hop.from];
  const kind = (table: TableSchema, name: string): string | undefined =>
    table.columns.find((column) => column.name === name)?.kind;
  return hop.foreignKey.columns.map(
    (name, i) => kind(child, name) === kind(parent, parent.primaryKey![i]!),
  );
}

/** The conditions that join a child to its parent: equal keys, and of several rows with the key the first. */
export function linkOn(
  statement: Statement,
  child: RowSource,
  parent: RowSource,
  hop: Hop,
): string[] {
  const { quote } = statement.engine;
  const same = sameKinds(hop);
  const equal = hop.foreignKey.columns.map((name, i) =>
    equalKeys(
      statement,
      `${parent.alias}.${quote(parent.table.primaryKey![i]!)}`,
      { sameKind: same[i]! },
      `${child.alias}.${quote(name)}`,
    ),
  );
  return [...equal, ...firstOnly(statement, parent)];
}

/** Where keys can repeat: the row is the first of its key. */
export function firstOnly({ rowOrder, names }: Statement, { alias, first }: RowSource): string[] {
  return !rowOrder || first
    ? []
    : [`${alias}.${names.columns.rowNumber} = ${alias}.${names.columns.firstRow}`];
}

/**
 * Reads the rows of a table.
 *
 * @param table - the table.
 * @param byKey - whether they are found by key, and need to know which is the first of its key.
 * @param select - where they are read.
 */
export function readRows(
  table: TableSchema,
  byKey: boolean,
  { clause, alias }: Pick<Select, "clause" | "alias">,
): RowSource {
  const { engine, names, rowOrder, keyed } = clause.statement;
  const plain = engine.quote(table.name);
  const source = byKey ? keyed(table) : plain;
  const number = source === plain ? "rowid" : names.columns.rowNumber;
  return {
    table,
    source,
    alias: alias(table.name),
    rowNumber: rowOrder ? number : null,
    first: false,
  };
}

/** Writes a source with its alias. */
export function sourceAs({ source, alias }: RowSource): string {
  return source === alias ? source : `${source} AS ${alias}`;
}
