import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { initBackend, listBackends } from "../../../../src/tensor/backend.js";
import { locatePackage } from "../../../../src/tensor/backends/locate.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "relgraph-locate-"));
  vi.stubEnv("RELGRAPH_BACKEND_PATH", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** Puts a package into a project and returns where it begins. */
function install(project: string, name: string, source: string): string {
  const home = join(folder, project, "node_modules", name);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), JSON.stringify({ name, main: "index.cjs" }));
  writeFileSync(join(home, "index.cjs"), source);
  return pathToFileURL(join(home, "index.cjs")).href;
}

it("finds a package in the project of the working directory", () => {
  const entry = install("shop", "some-backend", "");
  expect(locatePackage("some-backend")).toBeNull();
  vi.spyOn(process, "cwd").mockReturnValue(join(folder, "shop"));
  expect(locatePackage("some-backend")).toBe(entry);
});

it("finds a package in the folders of RELGRAPH_BACKEND_PATH first, in their order", () => {
  install("shop", "some-backend", "");
  const entry = install("gpu", "some-backend", "");
  vi.spyOn(process, "cwd").mockReturnValue(join(folder, "shop"));
  vi.stubEnv(
    "RELGRAPH_BACKEND_PATH",
    ["empty", "gpu"].map((name) => join(folder, name)).join(delimiter),
  );
  expect(locatePackage("some-backend")).toBe(entry);
});

it("takes what relgraph depends on from its own tree only", () => {
  install("gpu", "@tensorflow/tfjs-backend-wasm", "");
  vi.stubEnv("RELGRAPH_BACKEND_PATH", join(folder, "gpu"));
  expect(locatePackage("@tensorflow/tfjs-backend-wasm", true)).not.toContain("relgraph-locate-");
});

it("says in one line why a package that is there does not start, and goes on with the next", async () => {
  install("gpu", "webgpu", 'throw new Error("its addon is missing\\nand more");');
  install("gpu", "@tensorflow/tfjs-backend-webgpu", "");
  vi.stubEnv("RELGRAPH_BACKEND_PATH", join(folder, "gpu"));
  expect((await listBackends()).find(({ name }) => name === "webgpu")).toMatchObject({
    available: true,
  });
  await expect(initBackend({ backend: "webgpu" })).rejects.toMatchObject({
    code: "CFG203",
    message: "backend `webgpu` does not start: its addon is missing",
  });
  expect(await initBackend({ backend: "auto" })).toMatchObject({
    name: "wasm",
    reason: expect.stringContaining(
      "no webgpu: backend `webgpu` does not start: its addon is missing",
    ),
  });
});
