/** Labels and predictions as tables with the columns that users script against. */
import { assertNever, invariant } from "../core/assert.js";
import {
  type BooleanColumn,
  type Column,
  numberColumn,
  renameColumn,
  type StringColumn,
  stringColumn,
  takeRows,
  timestampColumn,
} from "../data/column.js";
import type { Database } from "../data/database.js";
import { Table } from "../data/table.js";
import { concatLabels, concatPredictions } from "./concat-predictions.js";
import type { RowFolds } from "./folds.js";
import { namedColumns } from "./named-columns.js";
import { isYes, type PredictionTable, type PredictionValues } from "./prediction-table.js";
import type { Regime } from "./regime.js";
import { SPLITS, type TargetLists, type TrainingTable } from "./training-table.js";

/**
 * Writes labels as a table: the entity's key columns, TIMESTAMP, for forecasts FORECAST_STEP, TARGET and, where the rows are
 * split, SPLIT; of folds FOLD in its place.
 *
 * @param labels - the labelled rows.
 * @param db - the database that `entityRows` points into.
 * @param folds - the fold in which each row tests, counted from 0; FOLD counts from 1.
 * @returns TARGET is a number (0 or 1 for binary targets), the class, or a list; TIMESTAMP is null for a static task.
 */
export function trainingTableToTable(labels: TrainingTable, db: Database, folds?: RowFolds): Table {
  return new Table("labels", [
    ...entityColumns(labels, db),
    ...(labels.steps ? [numberColumn("FORECAST_STEP", labels.steps)] : []),
    targetColumn(labels),
    ...partColumns(labels, folds),
  ]);
}

function partColumns({ split }: TrainingTable, folds?: RowFolds): Column[] {
  if (folds)
    return [
      numberColumn(
        "FOLD",
        Int32Array.from(folds.of, (fold) => fold + 1),
      ),
    ];
  return split ? [codedColumn("SPLIT", SPLITS, Int32Array.from(split))] : [];
}

/**
 * Writes predictions as a table: the entity's key columns, TIMESTAMP, and by kind of answer
 * TARGET_PRED, LOWER, UPPER (numbers) · TARGET_PRED, TRUE_PROB (binary) · CLASS, SCORE, PREDICTED (classes, one row per
 * class, best first) · RANK, CLASS, SCORE (ranking) · FORECAST_STEP, TARGET_PRED, LOWER, UPPER (forecasts). Of several targets, a row
 * for each entity and the columns of `namedColumns`.
 *
 * @param predictions - the predictions.
 * @param db - the database that `entityRows` points into.
 * @returns an unbounded LOWER or UPPER is null.
 */
export function predictionTableToTable(predictions: PredictionTable, db: Database): Table {
  if (predictions.targets) {
    const answers = predictions.targets.flatMap(namedColumns);
    return new Table("predictions", [...entityColumns(predictions, db), ...answers]);
  }
  return new Table("predictions", predictionColumns(predictions, db).columns);
}

/** Predictions of one run on one part of a split, with the labels of the same rows in the same order. */
export interface ScoredPredictions {
  readonly predictions: PredictionTable;
  readonly labels: TrainingTable;
  readonly regime: Regime;
  readonly seed: number;
  /** Which fold tests, from 1; absent: rows are not in folds. */
  readonly fold?: number;
}

/**
 * Writes the predictions of an evaluation: the columns of {@link predictionTableToTable}, then TARGET, SPLIT, REGIME
 * and SEED, and of folds FOLD.
 *
 * @param parts - at least one run, all of one task.
 * @param db - the database that `entityRows` points into.
 */
export function scoredPredictionsToTable(parts: readonly ScoredPredictions[], db: Database): Table {
  const joined = concatPredictions(parts.map((part) => part.predictions));
  const labels = concatLabels(parts.map((part) => part.labels));
  invariant(labels.split, "evaluated labels are split");
  const partOf = new Int32Array(joined.entityRows.length);
  let row = 0;
  for (const [index, part] of parts.entries()) {
    partOf.fill(index, row, (row += part.predictions.entityRows.length));
  }
  const { rows, columns } = predictionColumns(joined, db);
  const { first, of } = labelledRows(joined, labels, rows);
  const part = Int32Array.from(rows, (prediction) => partOf[prediction]!);
  const split = Int32Array.from(rows, (prediction) => labels.split![first[prediction]!]!);
  const added = [
    takeRows(targetColumn(labels), of),
    codedColumn("SPLIT", SPLITS, split),
    stringColumn(
      "REGIME",
      Array.from(part, (p) => parts[p]!.regime),
    ),
    numberColumn(
      "SEED",
      Float64Array.from(part, (p) => parts[p]!.seed),
    ),
    ...(parts[0]?.fold === undefined
      ? []
      : [
          numberColumn(
            "FOLD",
            part.map((p) => parts[p]!.fold ?? 0),
          ),
        ]),
  ];
  return new Table("predictions", [...columns, ...added]);
}

/**
 * Finds the label of each row of a table of predictions. Of a forecast each window has its own, or none.
 *
 * @param rows - int32 `[table rows]`: the prediction that each belongs to.
 * @returns `first` `[predictions]`: a labelled row of each; `of` `[table rows]`: the label of each, -1 where there is none.
 */
function labelledRows(
  { entityRows, values }: PredictionTable,
  labels: TrainingTable,
  rows: Int32Array,
): { readonly first: Int32Array; readonly of: Int32Array } {
  const message = "each prediction has its label";
  if (values.kind !== "forecast") {
    invariant(entityRows.length === labels.targets.length, message);
    return { first: rowNumbers(entityRows.length), of: rows };
  }
  const { steps } = values;
  const first = new Int32Array(entityRows.length);
  const of = new Int32Array(rows.length).fill(-1);
  let prediction = -1;
  labels.steps?.forEach((step, label) => {
    const isNext =
      label === 0 ||
      step <= labels.steps![label - 1]! ||
      labels.entityRows[label] !== labels.entityRows[label - 1] ||
      labels.anchorTimes[label] !== labels.anchorTimes[label - 1];
    if (isNext) first[++prediction] = label;
    of[prediction * steps + step - 1] = label;
  });
  invariant(prediction + 1 === entityRows.length, message);
  return { first, of };
}

/** The columns of predictions, and the prediction that each of their rows belongs to. */
function predictionColumns(
  predictions: PredictionTable,
  db: Database,
): { rows: Int32Array; columns: Column[] } {
  const { rows, columns } = valueColumns(predictions.values);
  const entities = entityColumns(predictions, db).map((column) => takeRows(column, rows));
  return { rows, columns: [...entities, ...columns] };
}

/** The key columns of the rows' entities, under their own names, and TIMESTAMP. */
function entityColumns(
  rows: { task: TrainingTable["task"]; entityRows: Int32Array; anchorTimes: Float64Array },
  db: Database,
): Column[] {
  const { entityTable } = rows.task;
  const { primaryKey } = db.tableSchema(entityTable);
  invariant(primaryKey, `entity table ${entityTable} has a primary key`);
  const table = db.table(entityTable);
  const times = rows.anchorTimes.map((time) => (Number.isFinite(time) ? time : Number.NaN));
  return [
    ...primaryKey.map((name, k) =>
      renameColumn(takeRows(table.column(name), rows.entityRows), rows.task.keyNames?.[k] ?? name),
    ),
    timestampColumn("TIMESTAMP", times),
  ];
}

function targetColumn({ task, targets, classes, lists }: TrainingTable): Column {
  if (lists && classes) return listsColumn("TARGET", lists, classes);
  if (classes) return codedColumn("TARGET", classes, Int32Array.from(targets));
  const integer = task.integer || task.taskType === "binary_classification";
  return numberColumn("TARGET", targets, { integer });
}

function listsColumn(name: string, lists: TargetLists, dictionary: readonly string[]): Column {
  const { offsets, items, numeric } = lists;
  const length = offsets.length - 1;
  return { kind: "list", name, length, validity: null, offsets, codes: items, dictionary, numeric };
}

/** The labels of one of several targets. */
export interface NamedLabels {
  readonly name: string;
  readonly labels: TrainingTable;
}

/**
 * Writes the labels of several targets as one table: the entity's key columns, TIMESTAMP, a column NAME_TARGET for each target
 * and, where the rows are split, SPLIT.
 *
 * @param parts - the labels of each target, of the same entities and anchors.
 * @param db - the database that `entityRows` points into.
 * @returns a row for each entity and anchor that has a label of any target; the others are null there.
 */
export function namedLabelsToTable(parts: readonly NamedLabels[], db: Database): Table {
  const union = joinRows(parts.map(({ labels }) => labels));
  const { task } = parts[0]!.labels;
  const { entityRows, anchorTimes, rowsOf } = union;
  const targets = parts.map(({ name, labels }, i) =>
    renameColumn(takeRows(targetColumn(labels), rowsOf[i]!), `${name}_TARGET`),
  );
  const split = union.split && [codedColumn("SPLIT", SPLITS, union.split)];
  return new Table("labels", [
    ...entityColumns({ task, entityRows, anchorTimes }, db),
    ...targets,
    ...(split ?? []),
  ]);
}

/** Rows of several tables as one list of (anchor, entity), and where each of them stands in each table (-1 = nowhere). */
function joinRows(tables: readonly TrainingTable[]): {
  readonly entityRows: Int32Array;
  readonly anchorTimes: Float64Array;
  readonly rowsOf: readonly Int32Array[];
  readonly split: Int32Array | null;
} {
  const places = tables.flatMap((table, t) =>
    Array.from(table.entityRows, (entity, row) => ({
      entity,
      row,
      t,
      at: table.anchorTimes[row]!,
    })),
  );
  places.sort((a, b) => (a.at === b.at ? a.entity - b.entity || a.t - b.t : a.at - b.at));
  const firsts = places.filter(
    ({ at, entity }, i) => i === 0 || places[i - 1]!.at !== at || places[i - 1]!.entity !== entity,
  );
  const rowsOf = tables.map(() => new Int32Array(firsts.length).fill(-1));
  let joined = -1;
  places.forEach((place, i) => {
    const before = places[i - 1];
    if (!before || before.at !== place.at || before.entity !== place.entity) joined++;
    rowsOf[place.t]![joined] = place.row;
  });
  const isSplit = tables.every((table) => table.split !== null);
  return {
    entityRows: Int32Array.from(firsts, ({ entity }) => entity),
    anchorTimes: Float64Array.from(firsts, ({ at }) => at),
    rowsOf,
    split: isSplit ? Int32Array.from(firsts, ({ t, row }) => tables[t]!.split![row]!) : null,
  };
}

/** The value columns of predictions, and the prediction's row that each of their rows belongs to. */
function valueColumns(values: PredictionValues): { rows: Int32Array; columns: Column[] } {
  switch (values.kind) {
    case "regression":
      return { rows: rowNumbers(values.point.length), columns: pointColumns(values) };
    case "forecast": {
      const { steps } = values;
      const step = Int32Array.from(values.point.keys(), (i) => (i % steps) + 1);
      return {
        rows: Int32Array.from(values.point.keys(), (i) => Math.floor(i / steps)),
        columns: [numberColumn("FORECAST_STEP", step), ...pointColumns(values)],
      };
    }
    case "binary": {
      const { probability } = values;
      const yes = Uint8Array.from(probability, (p) => (isYes(p) ? 1 : 0));
      const columns = [
        booleanBytes("TARGET_PRED", yes),
        numberColumn("TRUE_PROB", probability, { integer: false }),
      ];
      return { rows: rowNumbers(probability.length), columns };
    }
    case "multiclass":
    case "multilabel": {
      const { classes, scores, kind } = values;
      const order = bestFirst(scores, classes.length);
      const ranked = Float64Array.from(order, (entry) => scores[entry]!);
      const chosen = Uint8Array.from(ranked, (score, i) =>
        (kind === "multiclass" ? i % classes.length === 0 : isYes(score)) ? 1 : 0,
      );
      return {
        rows: order.map((entry) => Math.floor(entry / classes.length)),
        columns: [
          codedColumn(
            "CLASS",
            classes,
            order.map((entry) => entry % classes.length),
          ),
          numberColumn("SCORE", ranked, { integer: false }),
          booleanBytes("PREDICTED", chosen),
        ],
      };
    }
    case "ranking": {
      const { items, offsets, codes, scores } = values;
      const rows = new Int32Array(codes.length);
      const rank = new Int32Array(codes.length);
      for (let row = 0; row + 1 < offsets.length; row++) {
        for (let i = offsets[row]!; i < offsets[row + 1]!; i++) {
          rows[i] = row;
          rank[i] = i - offsets[row]! + 1;
        }
      }
      return {
        rows,
        columns: [
          numberColumn("RANK", rank),
          codedColumn("CLASS", items, codes),
          numberColumn("SCORE", scores, { integer: false }),
        ],
      };
    }
    default:
      return assertNever(values);
  }
}

function pointColumns(values: {
  readonly point: Float64Array;
  readonly lower: Float64Array | null;
  readonly upper: Float64Array | null;
}): Column[] {
  const bound = (name: string, bounds: Float64Array | null): Column =>
    numberColumn(
      name,
      Float64Array.from(values.point, (_, i) => {
        const value = bounds?.[i] ?? Number.NaN;
        return Number.isFinite(value) ? value : Number.NaN;
      }),
      { integer: false },
    );
  return [
    numberColumn("TARGET_PRED", values.point, { integer: false }),
    bound("LOWER", values.lower),
    bound("UPPER", values.upper),
  ];
}

/** Entries of a row-major matrix, each row's best score first, equal scores in the order of classes. */
function bestFirst(scores: Float64Array, classes: number): Int32Array {
  const order = rowNumbers(scores.length);
  for (let from = 0; from < scores.length; from += classes) {
    order.subarray(from, from + classes).sort((a, b) => scores[b]! - scores[a]! || a - b);
  }
  return order;
}

function rowNumbers(length: number): Int32Array {
  const rows = new Int32Array(length);
  for (let row = 0; row < length; row++) rows[row] = row;
  return rows;
}

function codedColumn(name: string, dictionary: readonly string[], codes: Int32Array): StringColumn {
  const { length } = codes;
  return { kind: "string", name, length, codes, dictionary, validity: null, int64: false };
}

function booleanBytes(name: string, values: Uint8Array): BooleanColumn {
  return { kind: "boolean", name, length: values.length, values, validity: null };
}
