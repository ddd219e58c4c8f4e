/** Models as JSON: what is read back predicts the same, what is no model is refused. */
import { describe, expect, it } from "vitest";
import { treesFromJson, treesToJson } from "../../../src/trees/json.js";
import { predictRaw } from "../../../src/trees/predict.js";
import { trainTrees } from "../../../src/trees/train.js";
import { numbers, randomData } from "./fixtures.js";

const data = randomData(500, 4, 2);
const l2 = { kind: "l2" } as const;

describe("treesToJson and treesFromJson", () => {
  it("bring back the same model through text", () => {
    const targets = data.targets.map((y) => (y > 1 ? 2 : y > -1 ? 1 : 0));
    const model = trainTrees(
      { ...data, targets },
      {
        objective: { kind: "softmax", classes: 3 },
        rounds: 5,
        trainLoss: true,
        earlyStopping: { rounds: 3, validation: { ...data, targets } },
      },
    );
    const back = treesFromJson(JSON.parse(JSON.stringify(treesToJson(model))));
    expect(back).toEqual(model);
    expect(predictRaw(back, data.features)).toEqual(predictRaw(model, data.features));
  });

  it("keep a cut that only parts missing values from all others", () => {
    const features = [numbers("x", [1, 2, 3, null, null, null])];
    const targets = Float64Array.of(0, 0, 0, 1, 1, 1);
    const model = trainTrees(
      { features, targets },
      { objective: l2, rounds: 1, minRowsPerLeaf: 1 },
    );
    expect(model.trees[0]!.threshold[0]).toBe(Number.POSITIVE_INFINITY);
    const back = treesFromJson(JSON.parse(JSON.stringify(treesToJson(model))));
    expect(predictRaw(back, features)).toEqual(predictRaw(model, features));
    const infinite = predictRaw(back, [numbers("x", [Number.POSITIVE_INFINITY])]);
    expect(infinite[0]).toBe(predictRaw(back, features)[0]);
  });

  it("refuse what is no model, and a broken one", () => {
    const json = JSON.parse(
      JSON.stringify(treesToJson(trainTrees(data, { objective: l2, rounds: 2 }))),
    );
    for (const wrong of [null, 7, {}, { ...json, version: 2 }]) {
      expect(() => treesFromJson(wrong)).toThrow(expect.objectContaining({ code: "MOD401" }));
    }
    const breaks: ((tree: Record<string, number[]>) => void)[] = [
      (tree) => tree["left"]!.pop(),
      (tree) => (tree["left"]![0] = 0),
      (tree) => (tree["right"]![0] = 1e6),
      (tree) => (tree["feature"]![0] = 99),
      (tree) => (tree["categorySet"]![0] = 5),
    ];
    for (const damage of breaks) {
      const broken = structuredClone(json);
      damage(broken.trees[1]);
      expect(() => treesFromJson(broken)).toThrow(expect.objectContaining({ code: "MOD402" }));
    }
  });
});

describe("predictRaw", () => {
  const model = trainTrees(data, { objective: l2, rounds: 3 });

  it("finds columns by name, in any order, and passes over others", () => {
    const features = [numbers("other", Array(500).fill(1)), ...data.features.toReversed()];
    expect(predictRaw(model, features)).toEqual(predictRaw(model, data.features));
  });

  it("refuses a missing column, another kind, another length", () => {
    const [x0, ...rest] = data.features;
    expect(() => predictRaw(model, rest)).toThrow("the model needs a column `x0`");
    expect(() => predictRaw(model, [{ ...x0!, kind: "categorical" }, ...rest])).toThrow(
      "expected a numerical column, found a categorical one",
    );
    expect(() => predictRaw(model, [numbers("x0", [1]), ...rest])).toThrow(
      expect.objectContaining({ code: "DAT401" }),
    );
  });
});
