/** The schema as a graph: tables and foreign keys, and the join paths between tables. */
import { MultiDirectedGraph } from "graphology";
import { SchemaError } from "../core/errors.js";
import { suggestHint } from "../core/suggest.js";
import type { ForeignKey, Schema, TableSchema } from "./schema.js";

/** What a node of the schema graph carries. */
export interface TableNode {
  readonly schema: TableSchema;
}

/** What an edge carries: the foreign key, from the table that holds it to the table it points at. */
export interface ForeignKeyEdge {
  readonly table: string;
  readonly foreignKey: ForeignKey;
}

/** Tables by name, foreign keys as directed edges `table.name`. */
export type SchemaGraph = MultiDirectedGraph<TableNode, ForeignKeyEdge>;

/** One step of a join path. */
export interface JoinStep {
  readonly from: string;
  readonly to: string;
  /** The foreign key walked, and the table that holds it. */
  readonly edge: ForeignKeyEdge;
  /** `up` from the row to its parent (one row), `down` from the parent to its rows (many). */
  readonly direction: "up" | "down";
}

/**
 * Makes the schema graph.
 *
 * @param schema - the schema.
 * @returns a graphology graph to look at, export or analyse; parallel edges and self references are kept.
 */
export function schemaGraph(schema: Schema): SchemaGraph {
  const graph: SchemaGraph = new MultiDirectedGraph<TableNode, ForeignKeyEdge>();
  for (const table of schema.tables) graph.addNode(table.name, { schema: table });
  for (const table of schema.tables) {
    for (const foreignKey of table.foreignKeys) {
      const edge = { table: table.name, foreignKey };
      graph.addEdgeWithKey(`${table.name}.${foreignKey.name}`, table.name, foreignKey.table, edge);
    }
  }
  return graph;
}

/**
 * Finds the join paths from one table to another that meet no table twice (but for a self reference as a whole path).
 *
 * @param graph - the schema graph.
 * @param from - the table to start from.
 * @param to - the table to reach.
 * @param maxSteps - foreign keys to walk at most.
 * @returns all paths, shortest first, then in the order of the foreign keys; from a table to itself its self
 * references, both ways. Empty where there is none.
 * @throws {@link SchemaError} SCH101 for an unknown table.
 */
export function joinPaths(
  graph: SchemaGraph,
  from: string,
  to: string,
  maxSteps = 4,
): readonly (readonly JoinStep[])[] {
  for (const table of [from, to]) requireTable(graph, table);
  const found: (readonly JoinStep[])[] = [];
  const walk = (path: readonly JoinStep[], at: string, seen: ReadonlySet<string>): void => {
    for (const step of stepsFrom(graph, at)) {
      if (step.to === to) found.push([...path, step]);
      else if (!seen.has(step.to) && path.length + 1 < maxSteps) {
        walk([...path, step], step.to, new Set([...seen, step.to]));
      }
    }
  };
  walk([], from, new Set([from]));
  return found.sort((a, b) => a.length - b.length);
}

/** Lists the steps that lead away from a table: up its own foreign keys, then down those of others. */
function stepsFrom(graph: SchemaGraph, table: string): JoinStep[] {
  const { foreignKeys } = graph.getNodeAttribute(table, "schema");
  const up = foreignKeys.map((foreignKey): JoinStep => {
    const edge = { table, foreignKey };
    return { from: table, to: foreignKey.table, edge, direction: "up" };
  });
  const down = graph.nodes().flatMap((child) =>
    graph
      .getNodeAttribute(child, "schema")
      .foreignKeys.filter((foreignKey) => foreignKey.table === table)
      .map((foreignKey): JoinStep => {
        const edge = { table: child, foreignKey };
        return { from: table, to: child, edge, direction: "down" };
      }),
  );
  return [...up, ...down];
}

/** Prints a join path as `users <- sessions.USER_ID`, `sessions.USER_ID -> users`. */
export function formatJoinPath(path: readonly JoinStep[]): string {
  return path
    .map(({ from, to, edge, direction }) =>
      direction === "up"
        ? `${from}.${edge.foreignKey.name} -> ${to}`
        : `${from} <- ${to}.${edge.foreignKey.name}`,
    )
    .join(", ");
}

function requireTable(graph: SchemaGraph, table: string): void {
  if (graph.hasNode(table)) return;
  throw new SchemaError("SCH101", `there is no table \`${table}\``, {
    hint: suggestHint(table, graph.nodes(), "tables"),
  });
}

/**
 * Prints a schema: each table with its key, time and links, then its columns with their stypes.
 *
 * @param schema - the schema.
 */
export function formatSchema(schema: Schema): string {
  return schema.tables.map(formatTableSchema).join("\n\n");
}

function formatTableSchema(table: TableSchema): string {
  const lines = [table.name];
  if (table.primaryKey) lines.push(`  key    ${table.primaryKey.join(" + ")}`);
  if (table.timeColumn !== null) lines.push(`  time   ${table.timeColumn}`);
  if (table.endTimeColumn !== null) lines.push(`  end    ${table.endTimeColumn}`);
  for (const key of table.foreignKeys) lines.push(`  link   ${key.name} -> ${key.table}`);
  for (const { name, stype, unit, knownFrom } of table.columns) {
    const extra = [unit, knownFrom === null ? null : `known from ${knownFrom}`];
    const shown = extra.filter((part) => part !== null).join(", ");
    lines.push(`  column ${name}: ${stype}${shown === "" ? "" : ` (${shown})`}`);
  }
  return lines.join("\n");
}
