/** The answers to one of several targets as columns with its name in front, one row for each entity. */
import { assertNever } from "../core/assert.js";
import {
  type BooleanColumn,
  type Column,
  listColumn,
  numberColumn,
  stringColumn,
} from "../data/column.js";
import { isYes, type NamedAnswers } from "./prediction-table.js";

/**
 * Writes answers as columns: NAME_TARGET_PRED, and by kind of answer NAME_LOWER and NAME_UPPER (numbers), NAME_TRUE_PROB
 * (binary), NAME_SCORE (the best class), the predicted classes or recommended items as a list (multilabel, ranking), and for
 * forecasts NAME_TARGET_PRED_1, NAME_LOWER_1, NAME_UPPER_1 … of each window.
 *
 * @param answers - of one target.
 * @returns columns of equal length; an unbounded NAME_LOWER or NAME_UPPER is null.
 */
export function namedColumns({ name, values }: NamedAnswers): Column[] {
  switch (values.kind) {
    case "regression":
      return pointColumns(name, "", values, 1, 0);
    case "forecast":
      return Array.from({ length: values.steps }, (_, step) =>
        pointColumns(name, `_${step + 1}`, values, values.steps, step),
      ).flat();
    case "binary": {
      const { probability } = values;
      const yes = Uint8Array.from(probability, (p) => (isYes(p) ? 1 : 0));
      return [
        booleanBytes(`${name}_TARGET_PRED`, yes),
        numberColumn(`${name}_TRUE_PROB`, probability, { integer: false }),
      ];
    }
    case "multiclass": {
      const { classes, scores } = values;
      const best = rowsOf(scores, classes.length).map((row) => row.indexOf(Math.max(...row)));
      const chances = best.map((c, row) => scores[row * classes.length + c] ?? Number.NaN);
      return [
        stringColumn(
          `${name}_TARGET_PRED`,
          best.map((c) => classes[c] ?? null),
        ),
        numberColumn(`${name}_SCORE`, Float64Array.from(chances), { integer: false }),
      ];
    }
    case "multilabel": {
      const { classes, scores } = values;
      const lists = rowsOf(scores, classes.length).map((row) =>
        classes.filter((_, c) => isYes(row[c]!)),
      );
      return [listColumn(`${name}_TARGET_PRED`, lists)];
    }
    case "ranking": {
      const { items, offsets, codes } = values;
      const lists = Array.from({ length: offsets.length - 1 }, (_, row) =>
        Array.from(codes.subarray(offsets[row]!, offsets[row + 1]!), (code) => items[code]!),
      );
      return [listColumn(`${name}_TARGET_PRED`, lists)];
    }
    default:
      return assertNever(values);
  }
}

interface Points {
  readonly point: Float64Array;
  readonly lower: Float64Array | null;
  readonly upper: Float64Array | null;
}

/** The numbers of one window. */
function pointColumns(
  name: string,
  ending: string,
  { point, lower, upper }: Points,
  steps: number,
  step: number,
): Column[] {
  const rows = point.length / steps;
  const column = (what: string, numbers: Float64Array | null): Column =>
    numberColumn(
      `${name}_${what}${ending}`,
      Float64Array.from({ length: rows }, (_, row) => {
        const value = numbers?.[row * steps + step] ?? Number.NaN;
        return Number.isFinite(value) ? value : Number.NaN;
      }),
      { integer: false },
    );
  return [column("TARGET_PRED", point), column("LOWER", lower), column("UPPER", upper)];
}

function rowsOf(scores: Float64Array, width: number): Float64Array[] {
  const rows = width === 0 ? 0 : scores.length / width;
  return Array.from({ length: rows }, (_, row) => scores.subarray(row * width, (row + 1) * width));
}

function booleanBytes(name: string, values: Uint8Array): BooleanColumn {
  return { kind: "boolean", name, length: values.length, values, validity: null };
}
