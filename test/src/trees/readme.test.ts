/** The example of src/trees/README.md runs as it stands, and its table names every file. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import * as json from "../../../src/trees/json.js";
import * as predict from "../../../src/trees/predict.js";
import * as shap from "../../../src/trees/shap.js";
import * as threads from "../../../src/trees/threads.js";

const folder = join(import.meta.dirname, "../../../src/trees");
const readme = readFileSync(join(folder, "README.md"), "utf8");

it("holds an example that runs", async () => {
  const code = /^```ts\n([\s\S]*?)^```/m.exec(readme)![1]!;
  const body = code.replaceAll(/import \{([^}]+)\} from ("[^"]+");/g, "const {$1} = modules[$2];");
  const modules = {
    "./threads.js": threads,
    "./predict.js": predict,
    "./shap.js": shap,
    "./json.js": json,
  };
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  const result = "return { features, model, shares, baseline, contributions, again };";
  const found = await AsyncFunction("modules", body + result)(modules);
  const raw = predict.predictRaw(found.model, found.features);
  const sum = found.contributions.reduce((a: number, b: number) => a + b, found.baseline);
  expect(sum).toBeCloseTo(raw[0]!, 10);
  expect(found.shares[0]).toBeGreaterThan(0.7);
  expect(found.shares[5]).toBeLessThan(0.3);
  expect(predict.predictRaw(found.again, found.features)).toEqual(raw);
});

it("names every file", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  expect(files.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});
