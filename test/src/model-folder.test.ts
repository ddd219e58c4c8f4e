import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringColumn } from "../../src/data/column.js";
import { Database } from "../../src/data/database.js";
import { Table } from "../../src/data/table.js";
import { type FitOptions, Predictor } from "../../src/predictor.js";
import { initBackend } from "../../src/tensor/backend.js";
import { day } from "../gnn/fixtures.js";
import { changeLater, helpdesk } from "../gnn/helpdesk.js";
import { numbers } from "./predicted-numbers.js";

const TINY: FitOptions = { model: { channels: 8 }, epochs: 2, seed: 3 };
const COUNT = "PREDICT COUNT(tickets.*, 0, 5, days) FOR EACH users.id";
const desk = helpdesk(12, 2);
let folder = "";

beforeAll(async () => {
  await initBackend({});
  folder = await mkdtemp(join(tmpdir(), "model-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("a model folder", () => {
  it("predicts and explains byte for byte what was saved, on any state of the data", async () => {
    for (const [i, query] of [
      COUNT,
      "PREDICT COUNT(tickets.*, 0, 5, days) > 0 FOR EACH users.id",
      "PREDICT LAST(tickets.priority, 0, 5, days) FOR EACH users.id",
    ].entries()) {
      const to = join(folder, `model-${i}`);
      const predictor = await Predictor.fit(desk, query, TINY);
      await predictor.save(to);
      const loaded = await Predictor.load(to, desk);
      const later = changeLater(desk, day(30), 5);
      for (const request of [{}, { anchor: day(20) }, { db: later, anchor: day(60) }]) {
        const mine = await predictor.predict(request);
        const theirs = await loaded.predict(request);
        expect(new Uint8Array(numbers(theirs).buffer)).toEqual(
          new Uint8Array(numbers(mine).buffer),
        );
        expect(theirs).toEqual(mine);
      }
      expect(await loaded.explain(1)).toEqual(await predictor.explain(1));
      expect(loaded.toString()).toBe(predictor.toString());
      expect((await readdir(to)).sort()).toEqual(["model.json", "weights.safetensors"]);
      predictor.dispose();
      loaded.dispose();
    }
    expect((await readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("may be replaced, but nothing else is", async () => {
    const predictor = await Predictor.fit(desk, COUNT, TINY);
    const to = join(folder, "replaced");
    await mkdir(to);
    await predictor.save(to);
    await predictor.save(to);
    const refuses = async (path: string): Promise<void> => {
      const before = await readdir(path).catch(() => readFile(path, "utf8"));
      await expect(predictor.save(path)).rejects.toEqual(
        expect.objectContaining({ code: "MOD302" }),
      );
      expect(await readdir(path).catch(() => readFile(path, "utf8"))).toEqual(before);
    };
    const file = join(folder, "file.txt");
    await writeFile(file, "precious");
    await refuses(file);
    const photos = join(folder, "photos");
    await mkdir(photos);
    await writeFile(join(photos, "cat.jpg"), "precious");
    await refuses(photos);
    // Another program's model.json, and a model with something beside it.
    await writeFile(join(photos, "model.json"), "{}");
    await refuses(photos);
    const foreign = join(folder, "foreign");
    await mkdir(foreign);
    await writeFile(join(foreign, "model.json"), '{"format":"layers-model"}');
    await refuses(foreign);
    await writeFile(join(to, "notes.md"), "precious");
    await refuses(to);
    await expect(predictor.save(join(file, "below"))).rejects.toEqual(
      expect.objectContaining({ code: "MOD301" }),
    );
    predictor.dispose();
  });

  it("that is missing or damaged says so", async () => {
    const predictor = await Predictor.fit(desk, COUNT, TINY);
    const to = join(folder, "damaged");
    await predictor.save(to);
    predictor.dispose();
    const before = tf.memory().numTensors;
    const fails = (code: string): Promise<void> =>
      expect(Predictor.load(to, desk)).rejects.toEqual(expect.objectContaining({ code }));
    await expect(Predictor.load(join(folder, "nowhere"), desk)).rejects.toEqual(
      expect.objectContaining({ code: "MOD303" }),
    );
    const weights = await readFile(join(to, "weights.safetensors"));
    const manifest = await readFile(join(to, "model.json"), "utf8");
    await writeFile(join(to, "weights.safetensors"), weights.subarray(0, weights.length / 2));
    await fails("MOD110");
    await rm(join(to, "weights.safetensors"));
    await fails("MOD304");
    await writeFile(join(to, "weights.safetensors"), weights);
    for (const text of [manifest.slice(0, 100), "null", "{}", '{"format": "layers-model"}']) {
      await writeFile(join(to, "model.json"), text);
      await fails("MOD304");
    }
    const { folderVersion, ...rest } = JSON.parse(manifest);
    await writeFile(join(to, "model.json"), JSON.stringify({ ...rest, folderVersion: 99 }));
    await fails("MOD304");
    const other = { ...rest, folderVersion };
    const network = other.models[0].settings.expert.settings.members.find(
      ({ name }: { name: string }) => name === "gnn",
    );
    network.settings.config.channels = 4;
    await writeFile(join(to, "model.json"), JSON.stringify(other));
    await fails("MOD102");
    expect(tf.memory().numTensors).toBe(before);
  });

  it("does not load on data of another schema", async () => {
    const predictor = await Predictor.fit(desk, COUNT, TINY);
    const to = join(folder, "schema");
    await predictor.save(to);
    predictor.dispose();
    const without = (table: string, column?: string): Database => {
      const tables = desk.tables.filter(({ name }) => column !== undefined || name !== table);
      return new Database(
        tables.map((t) =>
          t.name === table
            ? new Table(
                t.name,
                t.columns.filter((c) => c.name !== column),
              )
            : t,
        ),
        {
          tables: tables.map(({ name }) => {
            const schema = desk.tableSchema(name);
            return name === table
              ? { ...schema, columns: schema.columns.filter((c) => c.name !== column) }
              : schema;
          }),
        },
      );
    };
    const fails = (db: Database, code: string, what: string): Promise<void> =>
      expect(Predictor.load(to, db)).rejects.toEqual(
        expect.objectContaining({ code, message: expect.stringContaining(what) }),
      );
    await fails(without("notes"), "MOD202", "table `notes`");
    await fails(without("users", "age"), "MOD202", "column `age` of table `users`");
    const unlinked = new Database(desk.tables, {
      tables: desk.schema.tables.map((schema) =>
        schema.name === "notes" ? { ...schema, foreignKeys: [] } : schema,
      ),
    });
    await fails(unlinked, "MOD201", "notes.user_id<");
    const asText = new Database(
      desk.tables.map((t) =>
        t.name === "users"
          ? new Table(
              t.name,
              t.columns.map((c) =>
                c.name === "age" ? stringColumn("age", Array(t.numRows).fill("old")) : c,
              ),
            )
          : t,
      ),
      {
        tables: desk.schema.tables.map((schema) => ({
          ...schema,
          columns: schema.columns.map((c) =>
            schema.name === "users" && c.name === "age"
              ? { ...c, kind: "string", stype: "categorical" }
              : c,
          ),
        })),
      },
    );
    await fails(asText, "MOD203", "column `age` of table `users` holds string values");
  });
});
