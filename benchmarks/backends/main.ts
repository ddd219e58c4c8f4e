/**
 * `npm run -s backends -- [--only node,webgpu] [--dir DIR]`: gets optional backends into a folder outside of this tree and runs
 * the numeric suite on every backend that then works. What cannot be had is passed over with a word.
 */
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { statusOf, Unavailable } from "./shell.js";
import { prepareTfjsNode } from "./tfjs-node.js";
import { prepareWebGpu } from "./webgpu.js";

const RECIPES = { node: prepareTfjsNode, webgpu: prepareWebGpu } as const;
const SUITE = "test/src/tensor/backends";
const root = join(import.meta.dirname, "../..");

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = 2;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: "string" }, dir: { type: "string" } } });
  const folder = values.dir ?? join(tmpdir(), "relgraph-backends");
  const paths: string[] = [];
  const env: NodeJS.ProcessEnv = {};
  for (const name of namesOf(values.only)) {
    const home = join(folder, name);
    try {
      Object.assign(env, await RECIPES[name](home));
      paths.push(home);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      console.error(`no ${name}: ${error.message}`);
    }
  }
  env["RELGRAPH_BACKEND_PATH"] = paths.join(delimiter);
  const args = ["node_modules/vitest/vitest.mjs", "run", SUITE, "--reporter=verbose"];
  const status = await statusOf(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
  });
  const settings = Object.entries(env).map(([name, value]) => `export ${name}=${value}`);
  console.error(`\nTo use them by hand:\n${settings.join("\n")}`);
  return status;
}

function namesOf(only: string | undefined): (keyof typeof RECIPES)[] {
  const all = Object.keys(RECIPES) as (keyof typeof RECIPES)[];
  if (only === undefined) return all;
  const unknown = only.split(",").find((name) => !(name in RECIPES));
  if (unknown !== undefined) {
    throw new Error(`there is no recipe for \`${unknown}\`; there are ${all.join(", ")}`);
  }
  return all.filter((name) => only.split(",").includes(name));
}
