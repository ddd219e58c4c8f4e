/** Model folders: what a fitted predictor keeps on disk, written beside and renamed, never half. */
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ModelError } from "./core/errors.js";
import type { ModelState } from "./model.js";
import type { GivenTarget } from "./task/given-target.js";
import type { Metrics } from "./task/metrics.js";
import type { NamedArrays } from "./tensor/parameters.js";
import { readArrays, writeArrays } from "./tensor/serialize.js";

/** Version of the folder's layout; older readers refuse newer folders. */
export const FOLDER_VERSION = 3;

/** Everything in a model folder but the weights: `model.json`. */
export interface ModelManifest {
  readonly format: "relgraph-model";
  readonly folderVersion: number;
  readonly version: string;
  /** The canonical query, of all targets. */
  readonly query: string;
  /** What is known of a target that a training table by hand gave; absent: the query computes it. */
  readonly given?: GivenTarget;
  readonly dialect: string;
  readonly nullLogic: string;
  readonly seed: number;
  /** The model of each target; where there are several, the names of its weights begin with its number, such as `0/`. */
  readonly models: readonly SavedModel[];
  /** Columns by table, with their storage, that the model was fitted with. */
  readonly tables: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly warnings: readonly string[];
}

/** What a folder holds of the model of one target. */
export interface SavedModel extends Omit<ModelState, "weights"> {
  /** Scores on the held-out part, for people. */
  readonly scores: Metrics | null;
  readonly validation: ValidationScores | null;
}

/** What a model scored on its validation rows before it learned from them. */
export interface ValidationScores {
  /** The newest anchor of those rows; `null` for rows without time. */
  readonly until: number | null;
  readonly metrics: Metrics;
}

const FORMAT = "relgraph-model";
const MANIFEST = "model.json";
const WEIGHTS = "weights.safetensors";

/**
 * Writes a model folder; one that is there already is replaced only if it is a model folder or empty.
 *
 * @param path - the folder.
 * @throws {@link ModelError} MOD301 if it cannot be written, MOD302 if another folder or file stands there.
 */
export async function writeModelFolder(
  path: string,
  manifest: ModelManifest,
  weights: NamedArrays,
): Promise<void> {
  const target = resolve(path);
  await refuseForeign(target);
  let beside: string | null = null;
  try {
    await mkdir(dirname(target), { recursive: true });
    beside = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
    await writeFile(join(beside, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`);
    await writeFile(join(beside, WEIGHTS), writeArrays(weights));
    // mkdtemp makes folders that nobody else may enter.
    await chmod(beside, 0o755);
    await rm(target, { recursive: true, force: true });
    await rename(beside, target);
  } catch (cause) {
    if (beside) await rm(beside, { recursive: true, force: true });
    throw new ModelError("MOD301", `the model folder \`${path}\` cannot be written`, {
      at: { file: path },
      hint: `${reason(cause)}; choose a folder that may be written`,
      cause,
    });
  }
}

/**
 * Reads a model folder.
 *
 * @param path - the folder.
 * @throws {@link ModelError} MOD303 if it is no model folder, MOD304 if it is damaged or of another version.
 */
export async function readModelFolder(
  path: string,
): Promise<{ readonly manifest: ModelManifest; readonly weights: NamedArrays }> {
  const text = await readFile(join(path, MANIFEST), "utf8").catch((cause: unknown) => {
    throw new ModelError("MOD303", `\`${path}\` is not a model folder: it has no ${MANIFEST}`, {
      at: { file: path },
      hint: "give the folder that `relgraph fit … --out` wrote",
      cause,
    });
  });
  const damaged = (what: string, cause?: unknown): ModelError =>
    new ModelError("MOD304", `the model folder \`${path}\` ${what}`, {
      at: { file: join(path, MANIFEST) },
      hint: "fit the model again",
      cause,
    });
  const manifest = parseManifest(text, damaged);
  if (manifest.folderVersion !== FOLDER_VERSION) {
    throw damaged(`is of version ${manifest.folderVersion}, this relgraph reads ${FOLDER_VERSION}`);
  }
  const bytes = await readFile(join(path, WEIGHTS)).catch((cause: unknown) => {
    throw damaged(`has no ${WEIGHTS}`, cause);
  });
  return { manifest, weights: readArrays(bytes).arrays };
}

function parseManifest(
  text: string,
  damaged: (what: string, cause?: unknown) => ModelError,
): ModelManifest {
  try {
    const manifest = JSON.parse(text) as ModelManifest;
    if (manifest.format === FORMAT) return manifest;
  } catch (cause) {
    throw damaged("holds a model.json that is no JSON", cause);
  }
  throw damaged("holds a model.json of another program");
}

async function refuseForeign(target: string): Promise<void> {
  const { readdir, stat } = await import("node:fs/promises");
  const found = await stat(target).catch(() => null);
  if (!found) return;
  const files = found.isDirectory() ? await readdir(target) : ["a file"];
  if (files.length === 0) return;
  // Other programs write a model.json too, and whatever else stands here would be lost with the folder.
  const isOurs = files.every((file) => file === MANIFEST || file === WEIGHTS);
  if (isOurs && (await holdsModel(join(target, MANIFEST)))) return;
  throw new ModelError("MOD302", `\`${target}\` exists and is no model folder`, {
    at: { file: target },
    hint: "choose a new folder, or one that holds a model to replace",
  });
}

async function holdsModel(manifest: string): Promise<boolean> {
  const text = await readFile(manifest, "utf8").catch(() => "");
  return text.includes(`"format": "${FORMAT}"`);
}

/** Says why the file system refused, in its own short words. */
function reason(cause: unknown): string {
  return cause instanceof Error
    ? cause.message.replace(/^[A-Z]+: /, "").split(",")[0]!
    : String(cause);
}
