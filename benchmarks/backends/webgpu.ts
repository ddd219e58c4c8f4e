/**
 * The recipe of backend `webgpu`: two npm packages, and on a Linux without a Vulkan driver the rasteriser in software that
 * Chromium brings along. It is right and slow: for tests of correctness, not for use.
 */
import { existsSync, readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireCommands, run, Unavailable } from "./shell.js";

const NPM_PACKAGES = [
  "webgpu@0.6.2",
  "@tensorflow/tfjs-backend-webgpu@4.22.0",
  "@tensorflow/tfjs-core@4.22.0",
];

/** Where drivers for Vulkan are listed. */
const DRIVER_LISTS = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
const CHROMIUM = "/usr/lib/chromium";
const LISTING = "vk_swiftshader_icd.json";

/**
 * Makes a folder that holds the packages and, where needed, the rasteriser.
 *
 * @param folder - about 200 MB.
 * @returns variables that a process needs from its start to find the rasteriser.
 * @throws Unavailable without the registries, or without a driver or Debian's packages.
 */
export async function prepareWebGpu(folder: string): Promise<NodeJS.ProcessEnv> {
  if (!existsSync(join(folder, "node_modules/webgpu"))) {
    requireCommands("npm");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "package.json"), '{ "private": true }\n');
    const quiet = ["--no-audit", "--no-fund", "--ignore-scripts"];
    await run("npm", ["install", ...quiet, ...NPM_PACKAGES], folder);
  }
  if (process.platform !== "linux" || DRIVER_LISTS.some(hasFiles)) return {};
  const drivers = await findRasteriser(folder);
  return { LD_LIBRARY_PATH: drivers, VK_ICD_FILENAMES: join(drivers, LISTING) };
}

async function findRasteriser(folder: string): Promise<string> {
  if (existsSync(join(CHROMIUM, LISTING))) return CHROMIUM;
  const drivers = join(folder, "rasteriser");
  if (existsSync(join(drivers, LISTING))) return drivers;
  requireCommands("apt-get", "dpkg", "tar");
  await mkdir(drivers, { recursive: true });
  // The package is unpacked, not installed.
  await run("apt-get", ["download", "chromium-common"], drivers);
  const archive = readdirSync(drivers).find((name) => name.endsWith(".deb"));
  if (archive === undefined) throw new Unavailable("chromium-common was not downloaded");
  const unpack = `dpkg --fsys-tarfile "$1" | tar -x --strip-components=4 --wildcards '*swiftshader*' '*libvulkan.so.1'`;
  await run("sh", ["-c", unpack, "sh", archive], drivers);
  return drivers;
}

function hasFiles(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}
