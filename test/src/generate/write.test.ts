/** The generated company on disk: the same tables in every format, whole or not at all. */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Database } from "../../../src/data/database.js";
import { generateSaasDatabase } from "../../../src/generate/database.js";
import { writeSaas } from "../../../src/generate/write.js";

const root = mkdtempSync(join(tmpdir(), "relgraph-saas-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const options = { users: 60, seed: 9, truthDraws: 2, chunkRows: 700 };

function hashes(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.\w+$/.test(file),
  );
  return Object.fromEntries(
    files.map((file) => [
      file,
      createHash("sha256")
        .update(readFileSync(join(folder, file)))
        .digest("hex"),
    ]),
  );
}

function contents(db: Database): Record<string, unknown> {
  return Object.fromEntries(db.tables.map((table) => [table.name, table.toRecords()]));
}

describe("writing the generated company", () => {
  it.each(["parquet", "csv"] as const)(
    "reads back as the tables in memory from %s",
    async (format) => {
      const folder = join(root, `read-${format}`);
      const summary = await writeSaas(folder, { ...options, format });
      const db = await Database.open(folder);
      const memory = await generateSaasDatabase(options);
      expect(contents(db)).toEqual(contents(memory));
      expect(db.schema).toEqual(memory.schema);
      expect(summary.rows["SESSIONS"]).toBe(memory.table("SESSIONS").numRows);
    },
  );

  it("puts the truth into its own folder, so that it is no table", async () => {
    const folder = join(root, "truth-apart");
    await writeSaas(folder, options);
    expect(readdirSync(folder).sort()).toEqual([
      "COMPANIES.parquet",
      "FEATURES.parquet",
      "FEATURE_EVENTS.parquet",
      "INVOICES.parquet",
      "SESSIONS.parquet",
      "SUPPORT_TICKETS.parquet",
      "USERS.parquet",
      "schema.json",
      "truth",
    ]);
    expect(readdirSync(join(folder, "truth")).sort()).toEqual([
      "ANCHORS.parquet",
      "LATENT_USERS.parquet",
      "USER_MONTHS.parquet",
      "truth.json",
    ]);
    const told = JSON.parse(readFileSync(join(folder, "truth", "truth.json"), "utf8"));
    expect(told.anchors[2].anchor).toBe("2025-06-01");
    expect(told.parameters.mood.memoryDays).toBeGreaterThan(0);
  });

  it.each(["parquet", "csv"] as const)(
    "gives the same bytes for the same seed in %s",
    async (format) => {
      const one = join(root, `one-${format}`);
      const two = join(root, `two-${format}`);
      await writeSaas(one, { ...options, format });
      await writeSaas(two, { ...options, format, chunkRows: 100 });
      expect(hashes(two)).toEqual(hashes(one));
    },
  );

  it("replaces an earlier company, in an empty folder too", async () => {
    const folder = mkdtempSync(join(root, "again-"));
    await writeSaas(folder, { ...options, users: 3, truth: false });
    await writeSaas(folder, { ...options, users: 5, truth: false, format: "csv" });
    expect(readdirSync(folder)).not.toContain("USERS.parquet");
    expect((await Database.open(folder)).table("USERS").numRows).toBe(5);
  });

  it.each([1, 3])("writes and opens %i users as CSV", async (users) => {
    const folder = join(root, `few-${users}`);
    await writeSaas(folder, { users, seed: 4, truthDraws: 2, format: "csv" });
    const db = await Database.open(folder);
    expect(db.table("USERS").numRows).toBe(users);
    expect(db.tables).toHaveLength(7);
  });

  it("leaves a folder with other things alone", async () => {
    const folder = mkdtempSync(join(root, "foreign-"));
    writeFileSync(join(folder, "thesis.txt"), "precious");
    await expect(writeSaas(folder, options)).rejects.toThrow("holds `thesis.txt`");
    expect(readdirSync(folder)).toEqual(["thesis.txt"]);
  });

  it("leaves nothing behind when it is cancelled", async () => {
    const parent = mkdtempSync(join(root, "cancelled-"));
    const abort = new AbortController();
    const onProgress = (): void => abort.abort();
    const run = writeSaas(join(parent, "out"), {
      ...options,
      users: 2000,
      truth: false,
      onProgress,
      signal: abort.signal,
    });
    await expect(run).rejects.toThrow("cancelled");
    expect(readdirSync(parent)).toEqual([]);
  });

  it("refuses a file in the folder's place and an unknown format", async () => {
    const file = join(root, "file.txt");
    writeFileSync(file, "");
    await expect(writeSaas(file, options)).rejects.toThrow("cannot be written");
    const format = "xlsx" as "csv";
    await expect(writeSaas(join(root, "x"), { ...options, format })).rejects.toThrow(
      "found `xlsx`",
    );
  });
});
