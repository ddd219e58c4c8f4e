/**
 * The recipe of backend `node`: tfjs-node's own install script downloads libtensorflow from a place of its own; here the library
 * comes from the wheel `tensorflow-cpu` and the addon is compiled from the sources that the npm package holds.
 */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { requireCommands, run, Unavailable } from "./shell.js";

const NPM_PACKAGES = ["@tensorflow/tfjs-node@4.22.0", "node-api-headers@1.9.0"];
const WHEEL = "tensorflow-cpu==2.21.0";

/** Takes two libraries and the C headers out of the wheel; arguments: folder of the wheel, folder `deps`. */
const UNPACK = `
import glob, os, shutil, sys, zipfile
wheel, deps = glob.glob(os.path.join(sys.argv[1], "*.whl"))[0], sys.argv[2]
headers = ("tensorflow/c/", "tensorflow/core/platform/", "xla/tsl/", "tsl/")
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        inner = name.removeprefix("tensorflow/include/")
        if name in ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2"):
            target = os.path.join(deps, "lib", os.path.basename(name))
        elif inner != name and inner.startswith(headers) and name.endswith(".h"):
            target = os.path.join(deps, "include", inner)
        else:
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with archive.open(name) as source, open(target, "wb") as out:
            shutil.copyfileobj(source, out, 1 << 20)
`;

/**
 * Makes a folder that holds a working tfjs-node; does nothing where it is there.
 *
 * @param folder - for packages, library and addon; about 1.1 GB with the wheel.
 * @returns variables for a process that uses it, beside `RELGRAPH_BACKEND_PATH`.
 * @throws Unavailable on other systems than Linux, without Python, pip or g++, or without the registries.
 */
export async function prepareTfjsNode(folder: string): Promise<NodeJS.ProcessEnv> {
  const home = join(folder, "node_modules/@tensorflow/tfjs-node");
  const addon = join(home, "lib/napi-v8/tfjs_binding.node");
  if (existsSync(addon)) return {};
  if (process.platform !== "linux") throw new Unavailable("this recipe is for Linux");
  requireCommands("npm", "python3", "g++");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  const quiet = ["--no-audit", "--no-fund", "--ignore-scripts"];
  await run("npm", ["install", ...quiet, ...NPM_PACKAGES], folder);
  const wheels = join(folder, "wheel");
  if (!existsSync(wheels)) {
    const download = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", wheels, WHEEL];
    await run("python3", download, folder);
  }
  const deps = join(home, "deps");
  await run("python3", ["-c", UNPACK, wheels, deps], folder);
  await mkdir(join(home, "lib/napi-v8"), { recursive: true });
  await run("g++", compileArguments(folder, home, deps, addon), folder);
  return {};
}

function compileArguments(folder: string, home: string, deps: string, addon: string): string[] {
  const beside = resolve(process.execPath, "../../include/node");
  const headers = existsSync(join(beside, "node_api.h"))
    ? beside
    : join(folder, "node_modules/node-api-headers/include");
  const sources = ["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => join(home, "binding", name));
  return [
    ...["-O2", "-fPIC", "-shared", "-std=c++17", "-DNAPI_VERSION=8"],
    ...[headers, home, join(deps, "include")].map((include) => `-I${include}`),
    ...sources,
    ...["-o", addon, `-L${join(deps, "lib")}`],
    ...["-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"],
    "-Wl,-rpath,$ORIGIN/../../deps/lib",
  ];
}
