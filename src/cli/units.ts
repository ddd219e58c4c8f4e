/** `--unit`: predictions and reasons in another unit of time. */
import type { Explanation } from "../../gnn/explain/explanation.js";
import { ConfigError } from "../core/errors.js";
import { approximateMs, requireDuration } from "../core/time.js";
import type { PredictionTable } from "../task/prediction-table.js";

/** A change of unit. */
export interface UnitChange {
  /** The full name of the unit wished for, such as `hours`. */
  readonly unit: string;
  /** What numbers of the target's own unit are multiplied with. */
  readonly factor: number;
}

/**
 * Finds how to convert a target's numbers.
 *
 * @param wished - the unit of `--unit`, such as `hours` or `h`.
 * @param own - the target's unit; `null` where unknown.
 * @throws {@link ConfigError} CFG512 if the target's unit is unknown or no unit of time, CFG102 if the wished one is none.
 */
export function unitChange(wished: string, own: string | null): UnitChange {
  const to = requireDuration(`1 ${wished}`, "--unit").unit;
  if (own === null) {
    throw new ConfigError("CFG512", "`--unit` converts, but the target's unit is unknown", {
      hint: 'name it in schema.json: { "tables": { "…": { "units": { "COLUMN": "minutes" } } } }',
    });
  }
  return { unit: to, factor: msOf(own) / approximateMs(1, to) };
}

function msOf(own: string): number {
  try {
    return approximateMs(1, requireDuration(`1 ${own}`, "--unit").unit);
  } catch (cause) {
    throw new ConfigError(
      "CFG512",
      `\`--unit\` converts units of time, the target is in \`${own}\``,
      {
        hint: "leave `--unit` out",
        cause,
      },
    );
  }
}

/** Converts the numbers of predictions; classes and chances have no unit and stay. */
export function convertPredictions(
  table: PredictionTable,
  { unit, factor }: UnitChange,
): PredictionTable {
  const { values, task } = table;
  if (values.kind !== "regression" && values.kind !== "forecast") return table;
  const scale = (numbers: Float64Array): Float64Array => numbers.map((value) => value * factor);
  const { point, lower, upper } = values;
  return {
    ...table,
    task: { ...task, unit },
    values: {
      ...values,
      point: scale(point),
      lower: lower && scale(lower),
      upper: upper && scale(upper),
    },
  };
}

/** Converts the amounts of an explanation: prediction, baseline and contributions; signals keep their own unit. */
export function convertExplanation(
  explanation: Explanation,
  { unit, factor }: UnitChange,
): Explanation {
  const { prediction, baseline, contributions, other } = explanation;
  return {
    ...explanation,
    unit,
    prediction: prediction * factor,
    baseline: baseline * factor,
    contributions: contributions.map((reason) => ({
      ...reason,
      contribution: reason.contribution * factor,
    })),
    other: { ...other, contribution: other.contribution * factor },
  };
}
