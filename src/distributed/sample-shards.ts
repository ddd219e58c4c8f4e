/** Temporal samples drawn where the tables lie: one statement per position of a path plan, each reading the one before. */

import { join } from "node:path";
import { HASH_MODULUS, hashPositionSalt } from "../../graph/hash-choice.js";
import type { HeteroGraph } from "../../graph/hetero-graph.js";
import { type PathPlan, type PathPosition, planTables } from "../../graph/path-plan.js";
import { invariant } from "../core/assert.js";
import { ScaleError } from "../core/errors.js";
import type { WorkOptions } from "../core/progress.js";
import type { Database } from "../data/database.js";
import { findColumn, findTable, type Schema, type TableSchema } from "../data/schema.js";
import { keyNumbers } from "../scale/key-number.js";
import { keyNumberSql, quoteName } from "../scale/shard-sql.js";
import type { SqlEngine } from "../scale/sql-engine.js";

/** Options of {@link writeSampleShards}. */
export interface SampleShardOptions extends WorkOptions {
  /** A table of the engine with the columns `seed_key` (the entity's key) and `anchor` (a time). */
  readonly seeds: string;
  /** The folder; position `i` goes to `OUT/position=i`. */
  readonly out: string;
  readonly shards: number;
  /** As `HashChoice.salt`. */
  readonly salt: number;
}

/**
 * Writes the rows that each seed sees at each position of a plan: the same as `samplePaths` draws with a `HashChoice` of the same salt.
 * The rows of a position at depth `d` have `seed_key`, `anchor`, and the keys on the way, `key_1` to `key_d`.
 *
 * @param engine - holds the tables under the schema's names, and the seeds.
 * @param graph - says which tables and links the plan's numbers mean; its rows are not read.
 * @param schema - their keys and time columns.
 * @param plan - the paths.
 * @param options - seeds, place, shards, salt, progress, cancellation.
 * @throws {@link ScaleError} SCL220 for a table without a key of one column, SCL221 for cells that become known later, SCL2xx;
 * GraphError GRF2xx for the plan.
 *
 * Source: Snapchat GiGL (subgraph sampler on Spark); pyg-lib `neighbor_kernel.cpp` for what is visible.
 */
export async function writeSampleShards(
  engine: SqlEngine,
  graph: HeteroGraph,
  schema: Schema,
  plan: PathPlan,
  options: SampleShardOptions,
): Promise<void> {
  const { out, shards, signal, onProgress } = options;
  const statements = sampleStatements(engine.dialect, graph, schema, plan, options);
  for (const [i, { sql, name }] of statements.entries()) {
    const folder = join(out, i === 0 ? "seeds" : `position=${i - 1}`);
    onProgress?.({ stage: "sample", message: folder, done: i, total: statements.length });
    await engine.writeShards(sql, folder, { shards, by: "seed_key", signal });
    await engine.mount(name, folder);
  }
}

/**
 * Returns the numbers that `samplePaths` draws by hash with.
 *
 * @param db - the database of the graph.
 * @returns by node type: float64 `[rows]`; `null` for a table without a key of one column.
 */
export function rowNumbers(db: Database, graph: HeteroGraph): (Float64Array | null)[] {
  return graph.nodeTypes.map(({ name }) => {
    const { primaryKey } = db.tableSchema(name);
    const column = primaryKey?.length === 1 ? db.table(name).find(primaryKey[0]!) : undefined;
    return column ? keyNumbers(column) : null;
  });
}

/** A statement, and the table that its rows become. */
interface SampleStatement {
  readonly name: string;
  readonly sql: string;
}

/** The seeds with their numbers, then each position. */
function sampleStatements(
  dialect: SqlEngine["dialect"],
  graph: HeteroGraph,
  schema: Schema,
  plan: PathPlan,
  { seeds, salt }: SampleShardOptions,
): SampleStatement[] {
  const tables = planTables(graph, plan);
  const nameOf = (type: number): string => graph.nodeTypes[type]!.name;
  const write: Writer = { dialect, schema, quote: (name) => quoteName(dialect, name) };
  const depths: number[] = [];
  const seedTable = nameOf(plan.seedTable);
  const first: SampleStatement = {
    name: sampleName(-1),
    sql: seedSql(write, seedTable, seeds),
  };
  return [
    first,
    ...plan.positions.map((position, i) => {
      const { parent } = position;
      depths.push(parent < 0 ? 1 : depths[parent]! + 1);
      const owner = parent < 0 ? seedTable : nameOf(tables[parent]!);
      const table = nameOf(tables[i]!);
      const step = {
        write,
        position,
        owner,
        table,
        depth: depths[i]!,
        salt: hashPositionSalt(salt, i),
      };
      const key = graph.edges[position.edge]!.foreignKey;
      const link = {
        columns: key.columns,
        child: position.direction === "children" ? table : owner,
      };
      checkLink(schema, link);
      const sql =
        position.direction === "children" ? childrenSql(step, link) : parentSql(step, link);
      return { name: sampleName(i), sql };
    }),
  ];
}

interface Writer {
  readonly dialect: SqlEngine["dialect"];
  readonly schema: Schema;
  quote(name: string): string;
}

interface Step {
  readonly write: Writer;
  readonly position: PathPosition;
  /** The table that it starts from, and the one that it reaches. */
  readonly owner: string;
  readonly table: string;
  readonly depth: number;
  readonly salt: number;
}

interface Link {
  readonly columns: readonly string[];
  readonly child: string;
}

function sampleName(position: number): string {
  return position < 0 ? "relgraph_sample_seeds" : `relgraph_sample_${position}`;
}

function seedSql(write: Writer, table: string, seeds: string): string {
  const number = numberSql(write, table, "seed_key");
  const micros =
    write.dialect === "spark"
      ? "unix_micros(CAST(anchor AS TIMESTAMP))"
      : "epoch_us(CAST(anchor AS TIMESTAMP))";
  // Times before 1970 have negative seconds, which engines round and take modulo in their own ways.
  const second = `CAST(floor(${micros} / 1000000) AS BIGINT)`;
  const part = `((${second} % ${HASH_MODULUS} + ${HASH_MODULUS}) % ${HASH_MODULUS})`;
  return [
    `SELECT seed_key, anchor, ((${number} % ${HASH_MODULUS}) * 7 + ${part}) % ${HASH_MODULUS} AS seed_number`,
    `FROM ${write.quote(seeds)}`,
    "WHERE seed_key IS NOT NULL AND anchor IS NOT NULL",
  ].join("\n");
}

function childrenSql({ write, position, table, depth, salt }: Step, link: Link): string {
  const { quote } = write;
  const child = (column: string): string => `c.${quote(column)}`;
  const key = child(keyOf(write, table));
  const time = tableSchema(write.schema, table).timeColumn;
  const carried = carriedColumns(depth);
  const owner = `o.${ownerKey(depth)}`;
  const found = [
    `SELECT ${carried.map((name) => `o.${name}`).join(", ")}, o.seed_number, ${key} AS key_${depth},`,
    `  ${numberSql(write, table, key)} AS row_code, ${time === null ? "0" : child(time)} AS row_time`,
    `FROM ${sampleName(position.parent)} o JOIN ${quote(table)} c ON ${child(link.columns[0]!)} = ${owner}`,
    `WHERE ${key} IS NOT NULL`,
    ...(time === null ? [] : [`  AND ${child(time)} <= o.anchor`]),
    ...(position.excludeSeed ? [`  AND ${key} <> o.seed_key`] : []),
  ];
  const start = `((row_code % ${HASH_MODULUS}) * 48271 + seed_number * 69621 + ${salt}) % ${HASH_MODULUS}`;
  const round = (add: string, from: readonly string[], name: string): string[] => [
    `SELECT *, ${add}`,
    "FROM (",
    ...from,
    `) ${name}`,
  ];
  const once = round(`${start} AS h0`, found, "found");
  const twice = round(`(h0 * h0 + 7 * h0 + ${salt}) % ${HASH_MODULUS} AS h1`, once, "once");
  const third = `(h1 * h1 + 11 * h1 + seed_number % 65521) % ${HASH_MODULUS} AS draw`;
  const rounds = round(third, twice, "twice");
  const group = `PARTITION BY ${carried.join(", ")}`;
  const last = time === null ? 0 : position.last;
  const uniform = time === null ? position.last + position.uniform : position.uniform;
  const kept = [...carried, "seed_number", `key_${depth}`].join(", ");
  if (last + uniform === Infinity)
    return [`SELECT ${kept}`, "FROM (", ...rounds, ") drawn"].join("\n");
  return [
    `SELECT ${kept}`,
    "FROM (",
    `SELECT *, row_number() OVER (${group} ORDER BY CASE WHEN newest <= ${last} THEN 0 ELSE 1 END, draw, row_code) AS place`,
    "FROM (",
    `SELECT *, row_number() OVER (${group} ORDER BY row_time DESC, draw, row_code) AS newest`,
    "FROM (",
    ...rounds,
    ") drawn",
    ") by_time",
    ") placed",
    `WHERE place <= ${last + uniform}`,
  ].join("\n");
}

function parentSql({ write, position, owner, table, depth }: Step, link: Link): string {
  const { quote } = write;
  const key = `p.${quote(keyOf(write, table))}`;
  const time = tableSchema(write.schema, table).timeColumn;
  return [
    `SELECT ${carriedColumns(depth)
      .map((name) => `o.${name}`)
      .join(", ")}, o.seed_number, ${key} AS key_${depth}`,
    `FROM ${sampleName(position.parent)} o`,
    `JOIN ${quote(owner)} r ON r.${quote(keyOf(write, owner))} = o.${ownerKey(depth)}`,
    `JOIN ${quote(table)} p ON ${key} = r.${quote(link.columns[0]!)}`,
    ...(time === null ? [] : [`WHERE p.${quote(time)} <= o.anchor`]),
    ...(position.excludeSeed ? [`${time === null ? "WHERE" : "  AND"} ${key} <> o.seed_key`] : []),
  ].join("\n");
}

/** What tells a row of the position that is started from from others. */
function carriedColumns(depth: number): string[] {
  return ["seed_key", "anchor", ...Array.from({ length: depth - 1 }, (_, i) => `key_${i + 1}`)];
}

function ownerKey(depth: number): string {
  return depth === 1 ? "seed_key" : `key_${depth - 1}`;
}

/** Whole numbers may be stored as fractions, where nulls were among them; their text has no point. */
function numberSql({ dialect, schema }: Writer, table: string, key: string): string {
  const found = tableSchema(schema, table);
  const kind = findColumn(found, found.primaryKey?.[0] ?? "")?.kind;
  return keyNumberSql(dialect, kind === "number" ? `CAST(${key} AS BIGINT)` : key);
}

function keyOf({ schema }: Writer, table: string): string {
  const { primaryKey } = tableSchema(schema, table);
  if (primaryKey?.length === 1) return primaryKey[0]!;
  const found = primaryKey === null ? "none" : primaryKey.join(", ");
  throw new ScaleError("SCL220", `\`${table}\` has no key of one column, found ${found}`, {
    at: { table },
    hint: "samples on an engine name rows by their keys: give the table one, or leave it out of the paths",
  });
}

function checkLink(schema: Schema, { columns, child }: Link): void {
  const table = tableSchema(schema, child);
  const late = columns.find((column) => findColumn(table, column)?.knownFrom != null);
  if (late === undefined && columns.length === 1) return;
  const why =
    late === undefined ? `is of ${columns.length} columns` : "becomes known later than its row";
  throw new ScaleError("SCL221", `the link \`${child}.${columns.join(", ")}\` ${why}`, {
    at: { table: child },
    hint: "samples on an engine follow links of one column that are known with their rows",
  });
}

function tableSchema(schema: Schema, name: string): TableSchema {
  const found = findTable(schema, name);
  invariant(found, "the graph's tables are those of the schema");
  return found;
}
