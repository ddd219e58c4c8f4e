/** The floors and the house style of ARCHITECTURE.md, checked on the library and on planted violations. */
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  brokenImports,
  type FileMap,
  importCycles,
  importsOf,
  LIBRARY,
  PARTS,
  packagesReached,
  partOf,
  readSources,
  upwardImports,
} from "./support/architecture.js";
import {
  forbiddenCode,
  longFiles,
  undescribedFiles,
  undocumentedExports,
} from "./support/house-rules.js";

const root = join(import.meta.dirname, "..");
const library = readSources(root, LIBRARY);
const code = readSources(root, [...LIBRARY, "benchmarks", "examples"]);

/** Files that hold state of the process, each with the reason. */
const STATEFUL: readonly string[] = [];

describe("the library", () => {
  it("has floors that only lead down", () => {
    const up = Object.entries(PARTS).flatMap(([name, { floor, mayImport }]) =>
      mayImport.filter((other) => PARTS[other]!.floor > floor).map((other) => `${name} ${other}`),
    );
    expect(up).toEqual([]);
    expect([...library.keys()].filter((file) => partOf(file) === null)).toEqual([]);
  });

  it("imports down only", () => {
    expect(upwardImports(library)).toEqual([]);
    expect(brokenImports(library)).toEqual([]);
  });

  it("has no import cycle, types included", () => {
    expect(importCycles(library)).toEqual([]);
  });

  it("keeps tensors out of the graph", () => {
    const packages = [...packagesReached(library, "graph/index.ts").keys()];
    expect(packages.filter((name) => name.startsWith("@tensorflow/"))).toEqual([]);
  });

  it("lets relgraph/pql run without Node: chevrotain is all it loads", () => {
    const reached = packagesReached(library, "pql/index.ts");
    reached.delete("chevrotain");
    expect([...reached.values()]).toEqual([]);
  });

  it("lets the query language know nothing of files", () => {
    const io = importsOf(library).filter(({ from, to, relative }) => {
      if (!from.startsWith("pql/")) return false;
      return relative ? to.startsWith("src/data/io/") : isBuiltin(to);
    });
    expect(io).toEqual([]);
  });

  it("imports Node's modules and its own dependencies only", () => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      readonly dependencies: Readonly<Record<string, string>>;
      readonly peerDependencies?: Readonly<Record<string, string>>;
    };
    const known = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    const foreign = importsOf(library)
      .filter(({ to, relative }) => !relative && !isBuiltin(to))
      .filter(({ to }) => !known.some((name) => to === name || to.startsWith(`${name}/`)))
      .map(({ from, to }) => `${from} -> ${to}`);
    expect(foreign).toEqual([]);
  });
});

describe("the house style", () => {
  it("keeps every file under 400 lines", () => {
    expect(longFiles(code)).toEqual([]);
  });

  it("begins every file with a sentence that says what it is for", () => {
    expect(undescribedFiles(code)).toEqual([]);
  });

  it("documents every export directly above it", () => {
    expect(undocumentedExports(library)).toEqual([]);
  });

  it("holds no console, hidden randomness, clock, any, enum, default export or state of modules", () => {
    const commandLine = (file: string): boolean => file.startsWith("src/cli/");
    const checked = new Map(
      [...library].filter(([file]) => !commandLine(file) && !STATEFUL.includes(file)),
    );
    expect(forbiddenCode(checked)).toEqual([]);
  });
});

describe("the checks themselves", () => {
  const planted = (files: Record<string, string>): FileMap => new Map(Object.entries(files));

  it.each([
    ["a value", `import { fit } from "../../gnn/fit.js";`, "src/data/a.ts -> gnn/fit.ts"],
    ["a type", `import type { Fit } from "../../gnn/fit.js";`, "src/data/a.ts -> gnn/fit.ts"],
    ["a re-export", `export * from "../predictor.js";`, "src/data/a.ts -> src/predictor.ts"],
    ["an import()", `await import("../task/task.js");`, "src/data/a.ts -> src/task/task.ts"],
    ["a typeof import", `let a: import("../tensor/t.js").T;`, "src/data/a.ts -> src/tensor/t.ts"],
    ["a file outside", `import "../../test/x.js";`, "src/data/a.ts -> test/x.ts"],
  ])("catch %s imported upward", (_, text, expected) => {
    expect(upwardImports(planted({ "src/data/a.ts": text }))).toEqual([expected]);
  });

  it("catch the two rooms meeting", () => {
    const files = planted({
      "pql/a.ts": `import "../graph/b.js"; import "../src/core/time.js";`,
      "graph/b.ts": `import "../src/tensor/t.js";`,
    });
    expect(upwardImports(files)).toEqual([
      "pql/a.ts -> graph/b.ts",
      "graph/b.ts -> src/tensor/t.ts",
    ]);
  });

  it("catch a cycle through a type, and let a lazy import pass", () => {
    const cycle = planted({
      "pql/a.ts": `import { b } from "./b.js";`,
      "pql/b.ts": `import type { C } from "./c.js";`,
      "pql/c.ts": `export { a } from "./a.js";`,
    });
    expect(importCycles(cycle)).toEqual(["pql/a.ts -> pql/b.ts -> pql/c.ts -> pql/a.ts"]);
    const lazy = planted({
      "pql/a.ts": `export const open = () => import("./b.js");`,
      "pql/b.ts": `import "./a.js";`,
    });
    expect(importCycles(lazy)).toEqual([]);
  });

  it("catch an import of a file that is not there", () => {
    expect(brokenImports(planted({ "pql/a.ts": `import "./gone.js";` }))).toEqual([
      "pql/a.ts -> pql/gone.ts",
    ]);
  });

  it("catch a Node module behind another file, but not behind a type", () => {
    const files = planted({
      "pql/index.ts": `import "./a.js"; import type { Z } from "zod"; import { type Y } from "yup";`,
      "pql/a.ts": `export { readFile } from "node:fs";`,
    });
    expect([...packagesReached(files, "pql/index.ts").values()]).toEqual([
      "pql/index.ts -> pql/a.ts -> node:fs",
    ]);
  });

  it("catch a long file and a file without a sentence", () => {
    const files = planted({
      "a.ts": `/** Long. */\n${"\n".repeat(399)}export {};`,
      "b.ts": `import "./a.js";`,
      "c.ts": "#!/usr/bin/env node\n/** Runs. */",
    });
    expect(longFiles(files)).toEqual(["a.ts: 401 lines"]);
    expect(undescribedFiles(files)).toEqual(["b.ts"]);
  });

  it("catch exports without a comment directly above", () => {
    const text = `/** The file. */

export const a = 1;
/** Told. */
export function b(): void;
export function b(x?: number): void {}
export type C = number;
/** Told, with its neighbours. */
export const d = 1;
export const e = 2;

export const f = 3;
/** Told. */
export class G {}
`;
    const found = undocumentedExports(planted({ "a.ts": text }));
    expect(found).toEqual(["a.ts: a", "a.ts: C", "a.ts: f"]);
  });

  it.each([
    ["console.log(1);", "a.ts:1: console: the library prints nothing"],
    ["const a = Math.random();", "a.ts:1: Math.random: randomness comes from an Rng argument"],
    ["\nconst a = Date.now;", "a.ts:2: Date.now: the clock is not read"],
    ["const a = new Date();", "a.ts:1: new Date() reads the clock"],
    ["const a = b as any;", "a.ts:1: any"],
    ["enum A { B }", "a.ts:1: enum"],
    ["export default 1;", "a.ts:1: default export"],
    ["export default function a() {}", "a.ts:1: default export"],
    ["let a = 1;", "a.ts:1: mutable state of a module"],
    ["const a = new Map<string, number>();", "a.ts:1: mutable state of a module"],
  ])("catch %j", (text, expected) => {
    expect(forbiddenCode(planted({ "a.ts": text }))).toEqual([expected]);
  });

  it("leave innocent look-alikes alone", () => {
    const text = `/** console.log and any in a comment */
const s = "Math.random()";
const known = new Map([["a", 1]]);
switch (s) { default: break; }
export const at = (time: number) => new Date(time);
function f(): void { let a = 1; a++; const m = new Map(); }
`;
    expect(forbiddenCode(planted({ "a.ts": text }))).toEqual([]);
  });
});
