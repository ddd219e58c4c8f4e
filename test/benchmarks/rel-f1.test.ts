import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { F1_FILES, type WrittenTable, writeRelF1 } from "../../benchmarks/rel-f1/build.js";
import { relF1Labels, splitTimes } from "../../benchmarks/rel-f1/labels.js";
import { REL_F1_TASKS, type RelF1Task } from "../../benchmarks/rel-f1/tasks.js";
import { parseTime } from "../../src/core/time.js";
import { isValid } from "../../src/data/column.js";
import { Database } from "../../src/data/database.js";
import { type BaselineName, predictBaseline } from "../../src/task/baselines.js";
import { evaluateMetrics } from "../../src/task/metrics.js";
import { type Regime, visibleTimes } from "../../src/task/regime.js";
import { splitRows, type TrainingTable, takeTrainingRows } from "../../src/task/training-table.js";

const TEST_START = parseTime("2010-01-01")!;

let folder: string;
let written: readonly WrittenTable[];
let db: Database;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rel-f1-test-"));
  written = await writeRelF1(folder);
  db = await Database.open(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the Ergast files", () => {
  it("are those whose checksums the README lists", async () => {
    const readme = await readFile(join(F1_FILES, "README.md"), "utf8");
    const listed = [...readme.matchAll(/^\| (\w+\.csv) \|.*\| ([0-9a-f]{16}) \|$/gm)];
    expect(listed).toHaveLength(9);
    for (const [, file, checksum] of listed) {
      const bytes = await readFile(join(F1_FILES, file!));
      expect(createHash("sha256").update(bytes).digest("hex").slice(0, 16)).toBe(checksum);
    }
  });
});

describe("writeRelF1", () => {
  it("writes the rows and columns that RelBench has", async () => {
    expect(written).toEqual([
      { name: "races", rows: 1101, columns: 7 },
      { name: "circuits", rows: 77, columns: 8 },
      { name: "drivers", rows: 857, columns: 7 },
      { name: "results", rows: 26080, columns: 15 },
      { name: "standings", rows: 34124, columns: 7 },
      { name: "constructors", rows: 211, columns: 4 },
      { name: "constructor_results", rows: 12290, columns: 5 },
      { name: "constructor_standings", rows: 13051, columns: 7 },
      { name: "qualifying", rows: 9815, columns: 7 },
    ]);
    expect(written.reduce((sum, table) => sum + table.rows, 0)).toBe(97_606);
    expect(written.reduce((sum, table) => sum + table.columns, 0)).toBe(67);
    const files = written.map((table) => `${table.name}.parquet`);
    expect((await readdir(folder)).sort()).toEqual([...files, "schema.json"].sort());
  });

  it("is read back whole: every table, column, key and link", () => {
    for (const { name, rows, columns } of written) {
      expect(db.table(name).numRows).toBe(rows);
      expect(db.table(name).columns).toHaveLength(columns);
      expect(db.tableSchema(name).primaryKey).toHaveLength(1);
    }
    const links = db.schema.tables.flatMap((table) =>
      table.foreignKeys.map((key) => db.link(table.name, key)),
    );
    expect(links.reduce((sum, link) => sum + link.parentRows.length, 0)).toBe(227_716);
    expect(links.every((link) => link.nulls === 0 && link.dangling === 0)).toBe(true);
  });

  it("has the published number of rows up to the test time", () => {
    const visible = db.tables.map((table) => {
      const times = db.timeColumn(table.name);
      return times ? times.values.filter((time) => time <= TEST_START).length : table.numRows;
    });
    expect(visible.reduce((sum, rows) => sum + rows, 0)).toBe(74_063);
  });

  it("numbers keys from 0 in the order of time, so that a cut keeps a prefix", () => {
    for (const { name } of written) {
      const key = db.table(name).column(db.tableSchema(name).primaryKey![0]!);
      expect(key.kind === "number" && key.values.every((value, row) => value === row)).toBe(true);
      const times = db.timeColumn(name);
      if (!times) continue;
      expect(times.validity).toBeNull();
      expect(times.values.every((time, row) => row === 0 || times.values[row - 1]! <= time)).toBe(
        true,
      );
    }
  });

  it("dates rows by their race, qualifying a day before, and keeps \\N only where RelBench does", () => {
    const first = db.table("drivers").toRecords()[0]!;
    expect(first).toMatchObject({ driverId: 0, driverRef: "hamilton", code: "HAM" });
    expect(db.table("drivers").toRecords()[4]).toMatchObject({ driverRef: "kovalainen" });
    const race = db.table("races").toRecords()[0]!;
    expect(race).toMatchObject({
      name: "British Grand Prix",
      year: 1950,
      time: "00:00:00",
      date: parseTime("1950-05-13"),
    });
    expect(db.timeSpan()).toEqual({
      min: parseTime("1950-05-13"),
      max: parseTime("2023-11-26T13:00:00Z"),
    });
    const qualifying = db.timeColumn("qualifying")!;
    const races = db.timeColumn("races")!;
    const link = db.link(
      "qualifying",
      db.tableSchema("qualifying").foreignKeys.find((key) => key.table === "races")!,
    );
    for (let row = 0; row < qualifying.length; row++) {
      expect(races.values[link.parentRows[row]!]! - qualifying.values[row]!).toBe(86_400_000);
    }
    const texts = (table: string, column: string): readonly string[] => {
      const found = db.table(table).column(column);
      return found.kind === "string" ? found.dictionary : [];
    };
    expect(texts("drivers", "code")).toContain("\\N");
    expect(texts("races", "time")).not.toContain("\\N");
    const altitude = db.table("circuits").column("alt");
    expect([...Array(77).keys()].filter((row) => !isValid(altitude, row))).toHaveLength(3);
  });
});

/** Rows, anchors with rows and mean of a label table's parts, as published; the deviation is that of train. */
const PUBLISHED = {
  "driver-position": {
    train: [7453, 254, 13.9],
    val: [499, 23, 11.08],
    test: [760, 33, 11.93],
    std: 7.0253,
  },
  "driver-dnf": {
    train: [11411, 420, 0.88],
    val: [566, 26, 0.779],
    test: [702, 29, 0.705],
    std: null,
  },
  "driver-top3": {
    train: [1353, 59, 0.171],
    val: [588, 27, 0.202],
    test: [726, 30, 0.176],
    std: null,
  },
} as const;

/** Metric x 1 or x 100 on validation and test, measured with relbench 3.0.2 on the same files. */
const FLOORS: Readonly<Record<RelF1Task["name"], readonly Floor[]>> = {
  "driver-position": [
    ["global-zero", "frozen", 11.0832, 11.9262],
    ["global-mean", "frozen", 4.3344, 4.5129],
    ["global-median", "frozen", 4.1356, 4.3991],
    ["entity-mean", "frozen", 7.181, 8.5014],
    ["entity-median", "frozen", 7.1143, 8.5185],
    ["recent-mean", "frozen", 3.7308, 4.0229],
    ["recent-mean", "seed-time", 3.167, 2.9342],
  ],
  "driver-dnf": [
    ["global-mean", "frozen", 50, 50],
    ["entity-mean", "frozen", 46.4, 44.67],
    ["entity-median", "frozen", 43.57, 42.77],
    ["recent-mean", "frozen", 58.02, 70.13],
    ["recent-mean", "seed-time", 75.29, 81.48],
  ],
  "driver-top3": [
    ["global-mean", "frozen", 50, 50],
    ["entity-mean", "frozen", 62.62, 70.37],
    ["entity-median", "frozen", 53.86, 62.03],
    ["recent-mean", "frozen", 59.49, 46.86],
    ["recent-mean", "seed-time", 85.6, 88.49],
  ],
};
type Floor = readonly [name: BaselineName, regime: Regime, val: number, test: number];

describe.each(REL_F1_TASKS)("the labels of $name", (task) => {
  let labels: TrainingTable;
  beforeAll(() => {
    labels = relF1Labels(db, task);
  });

  it("have the published rows, anchors and means", () => {
    const published = PUBLISHED[task.name];
    for (const name of ["train", "val", "test"] as const) {
      const part = takeTrainingRows(labels, splitRows(labels, name));
      const [rows, anchors, mean] = published[name];
      expect(part.targets.length).toBe(rows);
      expect(part.targets.length).toBe(task.rows[name]);
      expect(new Set(part.anchorTimes).size).toBe(anchors);
      expect(meanOf(part.targets)).toBeCloseTo(mean, mean > 1 ? 2 : 3);
    }
    if (published.std === null) return;
    const { targets } = takeTrainingRows(labels, splitRows(labels, "train"));
    const center = meanOf(targets);
    expect(Math.sqrt(meanOf(targets.map((y) => (y - center) ** 2)))).toBeCloseTo(published.std, 4);
  });

  it("equal those of RelBench's SQL, row by row", async () => {
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const expected = await relbenchLabels(connection, task, labels.anchorTimes);
    connection.closeSync();
    instance.closeSync();
    const found = labels.targets.map((_, row) => labels.entityRows[row]!);
    expect(Float64Array.from(expected, (row) => row[0])).toEqual(labels.anchorTimes);
    expect(Float64Array.from(expected, (row) => row[1])).toEqual(found);
    expected.forEach((row, i) => {
      expect(labels.targets[i]).toBeCloseTo(row[2], 9);
    });
  });

  it("give the baselines their known scores", () => {
    for (const [name, regime, val, test] of FLOORS[task.name]) {
      const visible = visibleTimes(labels, regime, splitTimes(task));
      const scores = (["val", "test"] as const).map((part) => {
        const predictions = predictBaseline(name, labels, part, visible);
        const { targets } = takeTrainingRows(labels, splitRows(labels, part));
        return labels.task.taskType === "regression"
          ? evaluateMetrics("regression", predictions, targets).mae!.toFixed(4)
          : (100 * evaluateMetrics("binary_classification", predictions, targets).roc_auc!).toFixed(
              2,
            );
      });
      const digits = labels.task.taskType === "regression" ? 4 : 2;
      expect([name, regime, ...scores]).toEqual([
        name,
        regime,
        val.toFixed(digits),
        test.toFixed(digits),
      ]);
    }
  });
});

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** RelBench's own SQL over the Parquet files: rows of (anchor in ms, driver, label), in the order of anchor and driver. */
async function relbenchLabels(
  connection: DuckDBConnection,
  task: RelF1Task,
  anchorTimes: Float64Array,
): Promise<(readonly [number, number, number])[]> {
  const { table, days, label } = {
    "driver-position": { table: "results", days: 60, label: "mean(e.positionOrder)" },
    "driver-dnf": {
      table: "results",
      days: 30,
      label: "max(CASE WHEN e.statusId != 1 THEN 1 ELSE 0 END)",
    },
    "driver-top3": {
      table: "qualifying",
      days: 30,
      label: "CASE WHEN min(e.position) <= 3 THEN 1 ELSE 0 END",
    },
  }[task.name];
  const anchors = [...new Set(anchorTimes)].map((time) => `(make_timestamp(${time * 1000}))`);
  const result = await connection.runAndReadAll(`
    WITH timestamps(timestamp) AS (VALUES ${anchors.join(", ")}),
         events AS (SELECT * FROM read_parquet('${join(folder, `${table}.parquet`)}'))
    SELECT CAST(epoch_ms(t.timestamp) AS DOUBLE), CAST(e.driverId AS DOUBLE), CAST(${label} AS DOUBLE)
    FROM timestamps t LEFT JOIN events e
      ON e.date <= t.timestamp + INTERVAL '${days} days' AND e.date > t.timestamp
    WHERE e.driverId IN (SELECT DISTINCT driverId FROM events WHERE date > t.timestamp - INTERVAL '1 year')
    GROUP BY t.timestamp, e.driverId ORDER BY 1, 2`);
  return result.getRows() as unknown as (readonly [number, number, number])[];
}
