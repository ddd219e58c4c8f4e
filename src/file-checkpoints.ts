/** Checkpoints in a file: written beside and renamed, so that a run killed at any moment finds the last whole one. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Checkpoint, Checkpoints } from "../gnn/checkpoint.js";
import { ConfigError } from "./core/errors.js";
import { readArrays, writeArrays } from "./tensor/serialize.js";

/** The phases of a fit that train a network, each with a file of its own. */
export const CHECKPOINT_PHASES = ["fit", "refit"] as const;

/** A phase by its name. */
export type CheckpointPhase = (typeof CHECKPOINT_PHASES)[number];

/**
 * Keeps the checkpoints of a phase.
 *
 * @param path - of the user; the phase is added to it.
 * @throws {@link ConfigError} CFG250 if the file cannot be written; ModelError MOD110 if it was damaged by others.
 */
export function fileCheckpoints(path: string, phase: CheckpointPhase): Checkpoints {
  const file = `${path}.${phase}`;
  return {
    load() {
      if (!existsSync(file)) return null;
      const { arrays, metadata } = readArrays(readFileSync(file));
      const state = JSON.parse(metadata["state"] ?? "{}") as Omit<Checkpoint, "arrays">;
      return { ...state, arrays };
    },
    save({ arrays, ...state }) {
      try {
        writeFileSync(`${file}.part`, writeArrays(arrays, { state: JSON.stringify(state) }));
        renameSync(`${file}.part`, file);
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new ConfigError("CFG250", `the checkpoint \`${file}\` cannot be written: ${why}`, {
          at: { file },
          hint: "choose a place that can be written to",
          cause,
        });
      }
    },
  };
}

/** Removes the checkpoints of a fit that has come to its end. */
export function removeCheckpoints(path: string): void {
  for (const phase of CHECKPOINT_PHASES) rmSync(`${path}.${phase}`, { force: true });
}
