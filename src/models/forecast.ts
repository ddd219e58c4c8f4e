/** The model of a forecast: a model of numbers for each window, told together. */
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import { ConfigError } from "../core/errors.js";
import type { Database } from "../data/database.js";
import { joinReads } from "../experts/reads.js";
import { type ExpertOptions, fitExpert } from "../fit.js";
import type { ModelFit, ModelState, TaskModel } from "../model.js";
import type { ForecastValues, PredictionValues } from "../task/prediction-table.js";
import { type TrainingTable, takeTrainingRows } from "../task/training-table.js";
import type { NamedArray, NamedArrays } from "../tensor/parameters.js";
import { fitValueModel, restoreValueModel } from "./values.js";

/** What a model folder keeps: the settings of each window. */
interface ForecastSettings {
  readonly steps: readonly Pick<ModelState, "settings">[];
}

/** Without the network: it would be trained once for each window. */
const EXPERTS = ["trees", "linear", "constant"] as const;

/**
 * Fits a model for each window of a forecast, on the labels of that window (the direct strategy: no window is predicted
 * from the prediction of another).
 *
 * @param db - the database.
 * @param plan - the query's plan; its frames are the windows.
 * @param labels - labelled rows with steps, split.
 * @param visibleTimes - float64 `[label rows]`: up to when each row may see.
 * @param options - how; the network learns only where `experts` names it.
 * @throws {@link ConfigError} CFG111 for a level of intervals outside 0 to 1.
 */
export async function fitForecastModel(
  db: Database,
  plan: TrainingTablePlan,
  labels: TrainingTable,
  visibleTimes: Float64Array,
  options: ExpertOptions = {},
): Promise<ModelFit> {
  const fits: ModelFit[] = [];
  const rowsOf: Int32Array[] = [];
  try {
    for (let step = 1; step <= plan.frames.length; step++) {
      const message = `window ${step} of ${plan.frames.length}`;
      options.onProgress?.({ stage: "forecast", message, done: step, total: plan.frames.length });
      const rows = Int32Array.from(labels.targets.keys()).filter((i) => labels.steps![i] === step);
      const own = labelsOfStep(plan, labels, rows, step);
      const visible = Float64Array.from(rows, (row) => visibleTimes[row]!);
      const how = { ...options, experts: options.experts ?? EXPERTS };
      const fit = await fitExpert(db, planOfStep(plan, step), own, visible, how);
      fits.push(fitValueModel(fit, own, options));
      rowsOf.push(rows);
    }
  } catch (error) {
    for (const { model } of fits) model.dispose();
    throw error;
  }
  const models = fits.map(({ model }) => model);
  return {
    model: makeForecast(models),
    heldOut: heldOutForecast(labels, fits, rowsOf),
    warnings: [...new Set(fits.flatMap(({ warnings }) => warnings))],
  };
}

/** Restores the model of a folder, see {@link TaskModel.state}. */
export function restoreForecastModel(
  db: Database,
  plan: TrainingTablePlan,
  settings: unknown,
  weights: NamedArrays,
): TaskModel {
  const { steps } = settings as ForecastSettings;
  return makeForecast(
    steps.map(({ settings: own }, i) =>
      restoreValueModel(db, planOfStep(plan, i + 1), own, weightsOf(weights, i + 1)),
    ),
  );
}

/** The plan of one window, as if it alone were asked for. */
function planOfStep(plan: TrainingTablePlan, step: number): TrainingTablePlan {
  const frame = plan.frames[step - 1]!;
  const window = plan.labelWindows[step - 1] ?? plan.task.window;
  const { timeframes: _, ...task } = plan.task;
  return {
    ...plan,
    target: frame,
    frames: [frame],
    labelWindows: window === null ? [] : [window],
    horizon: window,
    task: { ...task, taskType: "regression", window },
    query: `${plan.query} # window ${step}`,
  };
}

function labelsOfStep(
  plan: TrainingTablePlan,
  labels: TrainingTable,
  rows: Int32Array,
  step: number,
): TrainingTable {
  const { steps: _, ...own } = takeTrainingRows(labels, rows);
  return { ...own, task: planOfStep(plan, step).task };
}

function makeForecast(models: readonly TaskModel[]): TaskModel {
  const names = [...new Set(models.flatMap(({ weights }) => Object.keys(weights)))];
  const weights = Object.fromEntries(
    names.map((name) => [
      name,
      models.reduce((sum, model) => sum + (model.weights[name] ?? 0), 0) / models.length,
    ]),
  );
  const shared = names.filter((name) => models.every((model) => name in model.weights));
  const hasMembers = models.every(({ predictMembers }) => predictMembers !== undefined);
  return {
    kind: "forecast",
    name: models[0]?.name ?? "constant",
    weights,
    intervalLevel: models[0]?.intervalLevel ?? null,
    predict: (db, seeds, options) =>
      together(models.map((model) => model.predict(db, seeds, options))),
    ...(hasMembers && {
      predictMembers: (db, seeds, options) => {
        const all = models.map((model) => model.predictMembers!(db, seeds, options));
        return Object.fromEntries(
          shared.map((name) => [name, together(all.map((own) => own[name]!))]),
        );
      },
    }),
    explain(db, seeds, { step = 1, top } = {}) {
      const model = models[step - 1];
      if (!model) {
        throw new ConfigError("CFG153", `the forecast has no window ${step}`, {
          hint: `windows are 1 to ${models.length}`,
        });
      }
      return { ...model.explain(db, seeds, { top }), of: `window ${step}` };
    },
    reads: (db) => joinReads(models.map((model) => model.reads(db))),
    state() {
      const states = models.map((model) => model.state());
      const merged: Record<string, NamedArray> = {};
      states.forEach(({ weights: own }, i) => {
        for (const [name, array] of Object.entries(own)) merged[`step${i + 1}/${name}`] = array;
      });
      const settings: ForecastSettings = {
        steps: states.map(({ settings: own }) => ({ settings: own })),
      };
      return { kind: "forecast", settings, weights: merged };
    },
    dispose() {
      for (const model of models) model.dispose();
    },
  };
}

function weightsOf(weights: NamedArrays, step: number): NamedArrays {
  const start = `step${step}/`;
  return Object.fromEntries(
    Object.entries(weights)
      .filter(([name]) => name.startsWith(start))
      .map(([name, array]) => [name.slice(start.length), array]),
  );
}

/** Numbers of each window, row by row. */
function together(values: readonly PredictionValues[]): ForecastValues {
  const steps = values.length;
  const numbers = values.map((value) => {
    if (value.kind !== "regression") throw new Error("a window is a number");
    return value;
  });
  const rows = numbers[0]?.point.length ?? 0;
  const join = (
    of: (value: (typeof numbers)[number]) => Float64Array | null,
  ): Float64Array | null => {
    const columns = numbers.map(of);
    if (columns.some((column) => column === null)) return null;
    return Float64Array.from(
      { length: rows * steps },
      (_, i) => columns[i % steps]![Math.floor(i / steps)]!,
    );
  };
  return {
    kind: "forecast",
    steps,
    point: join(({ point }) => point)!,
    lower: join(({ lower }) => lower),
    upper: join(({ upper }) => upper),
  };
}

/** What was said about validation rows, put in the order in which the labels name them; windows without a label stay unknown. */
function heldOutForecast(
  labels: TrainingTable,
  fits: readonly ModelFit[],
  rowsOf: readonly Int32Array[],
): ModelFit["heldOut"] {
  const { split, entityRows, anchorTimes } = labels;
  if (split === null || fits.some(({ heldOut }) => heldOut === null)) return null;
  const places = new Map<string, number>();
  const placeOf = (row: number): number => {
    const key = `${entityRows[row]} ${anchorTimes[row]}`;
    const place = places.get(key) ?? places.size;
    places.set(key, place);
    return place;
  };
  for (let row = 0; row < split.length; row++) if (split[row] === VAL) placeOf(row);
  const steps = fits.length;
  const empty = (): Float64Array => new Float64Array(places.size * steps).fill(Number.NaN);
  const fill = (of: (fit: ModelFit) => PredictionValues): ForecastValues => {
    const [point, lower, upper] = [empty(), empty(), empty()];
    let bounded = true;
    fits.forEach((fit, k) => {
      const values = of(fit);
      if (values.kind !== "regression") return;
      bounded &&= values.lower !== null && values.upper !== null;
      const rows = rowsOf[k]!.filter((row) => split[row] === VAL);
      rows.forEach((row, i) => {
        const cell = placeOf(row) * steps + k;
        point[cell] = values.point[i]!;
        lower[cell] = values.lower?.[i] ?? Number.NaN;
        upper[cell] = values.upper?.[i] ?? Number.NaN;
      });
    });
    return {
      kind: "forecast",
      steps,
      point,
      lower: bounded ? lower : null,
      upper: bounded ? upper : null,
    };
  };
  const names = Object.keys(fits[0]?.heldOut?.members ?? {});
  const shared = names.filter((name) => fits.every(({ heldOut }) => heldOut!.members[name]));
  return {
    values: fill(({ heldOut }) => heldOut!.values),
    members: Object.fromEntries(
      shared.map((name) => [name, fill(({ heldOut }) => heldOut!.members[name]!)]),
    ),
  };
}

const VAL = 1;
