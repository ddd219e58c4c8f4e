import { describe, expect, it } from "vitest";
import { checkModelConfig, checkPathOptions } from "../../gnn/options.js";
import type { PathOptions } from "../../gnn/paths.js";
import { DEFAULT_MODEL_CONFIG, type ModelConfig } from "../../gnn/spec.js";

describe("options of a model", () => {
  it("are the defaults where nothing is asked for", () => {
    expect(checkModelConfig()).toEqual(DEFAULT_MODEL_CONFIG);
    expect(checkModelConfig({ head: "joint" })).toEqual({ ...DEFAULT_MODEL_CONFIG, head: "joint" });
    expect(() => checkPathOptions({ hops: 3, maxPositions: 0, windows: [1] })).not.toThrow();
  });

  it.each<[Partial<Record<keyof ModelConfig, unknown>>, string]>([
    [{ channels: 0 }, "`model.channels` is 0"],
    [{ channels: 2.5 }, "`model.channels` is 2.5"],
    [{ head: "both" }, '`model.head` is "both", expected additive or joint'],
    [{ dropout: 1 }, "`model.dropout` is 1"],
    [{ aggregators: [] }, "`model.aggregators` is []"],
    [{ aggregators: ["median"] }, '`model.aggregators` is ["median"]'],
    [{ aggregators: ["sum", "sum"] }, '`model.aggregators` is ["sum","sum"]'],
  ])("refuse %j", (config, words) => {
    expect(() => checkModelConfig(config as Partial<ModelConfig>)).toThrow(words);
  });

  it.each<[Partial<Record<keyof PathOptions, unknown>>, string]>([
    [{ hops: 4 }, "`paths.hops` is 4, expected 1, 2 or 3"],
    [{ maxPositions: -1 }, "`paths.maxPositions` is -1"],
    [{ windows: [30, 0] }, "`paths.windows` is 0"],
  ])("refuse the paths %j", (paths, words) => {
    expect(() => checkPathOptions(paths as PathOptions)).toThrow(words);
  });
});
