/** The generated SaaS company as a database in memory: the same rows as in the files. */
import { invariant } from "../core/assert.js";
import { Database } from "../data/database.js";
import type { Table } from "../data/table.js";
import type { SaasOptions } from "./options.js";
import { generateSaas, type SaasSummary } from "./saas.js";
import { SAAS_SCHEMA } from "./schema.js";

/** The tables of a run in memory. */
export interface SaasTables {
  /** In the order of their names, as a folder of files is read. */
  readonly tables: readonly Table[];
  /** `LATENT_USERS`, `USER_MONTHS` and `ANCHORS`; empty without truth. */
  readonly truth: readonly Table[];
  readonly summary: SaasSummary;
}

/**
 * Generates the company's tables and their truth in memory.
 *
 * @param options - as of {@link generateSaas}; `chunkRows` is ignored.
 * @throws {@link ConfigError} CFG130 if an option is out of range; AbortedError CFG900 if cancelled.
 */
export function generateSaasTables(options: SaasOptions): SaasTables {
  const tables: Table[] = [];
  const truth: Table[] = [];
  let summary: SaasSummary | null = null;
  for (const step of generateSaas({ ...options, chunkRows: Number.MAX_SAFE_INTEGER })) {
    if (step.kind === "rows") tables.push(step.table);
    else if (step.kind === "truth") truth.push(step.table);
    else summary = step.summary;
  }
  invariant(summary !== null, "a run ends with its summary");
  tables.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { tables, truth, summary };
}

/**
 * Generates the company as a database in memory, without its truth.
 *
 * @param options - as of {@link generateSaas}.
 * @throws {@link ConfigError} CFG130 if an option is out of range; AbortedError CFG900 if cancelled.
 * @example
 * const db = await generateSaasDatabase({ users: 500, seed: 7 });
 */
export async function generateSaasDatabase(options: SaasOptions): Promise<Database> {
  const { tables } = generateSaasTables({ ...options, truth: false });
  return Database.from(tables, SAAS_SCHEMA);
}
