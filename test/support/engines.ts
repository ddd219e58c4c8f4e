/** The SQL engines that tests run on: DuckDB always, Spark where `RELGRAPH_SPARK` names a Connect server that sees this machine's files. */
import { type DuckdbEngine, openDuckdb } from "../../src/scale/duckdb-engine.js";
import { openSpark, type SparkEngine } from "../../src/scale/spark/spark-engine.js";

/** The address of the Spark Connect server to test with, if there is one. */
export const SPARK: string | undefined = process.env["RELGRAPH_SPARK"] || undefined;

/** Names of engines, and how to open each. */
export const ENGINES: readonly (readonly [
  name: string,
  open: () => Promise<DuckdbEngine | SparkEngine>,
])[] = [
  ["DuckDB", openDuckdb],
  ...(SPARK === undefined ? [] : [["Spark", () => openSpark(SPARK)] as const]),
];
