/** Attribution of one output to paths, columns, ages, counts and rows: exact per path, integrated gradients within. */
import * as tf from "@tensorflow/tfjs-core";
import type { Seeds } from "../../graph/seeds.js";
import type { Rng } from "../../src/core/random.js";
import type { SparseRows } from "../../src/tensor/ops.js";
import type { HeteroBatch, NeighborLoader, PositionBatch } from "../batch.js";
import type { ModelInputs, RelationalGnn } from "../model.js";
import { freeing } from "../scope.js";
import type { Background } from "./background.js";

/** What one column of one place contributed. */
export interface ColumnAttribution {
  /** Index of the position that the column's table stands at; `−1` for the entity's own row. */
  readonly position: number;
  readonly column: string;
  readonly contribution: number;
}

/** What one row of a path contributed, with the parents fused into it. */
export interface RowAttribution {
  /** Row number in the position's table. */
  readonly row: number;
  readonly contribution: number;
}

/** What one path contributed. */
export interface PathAttribution {
  /** Index of the pooled position; `−1` for the entity's own row. */
  readonly position: number;
  /** The path's part of the prediction less its mean over the background; columns and activity add up to it. */
  readonly contribution: number;
  /** Columns of the path's rows and of the parents fused into them; of the entity's row, its ages too. */
  readonly columns: readonly ColumnAttribution[];
  /** What columns do not explain: how many rows there are and how old they are (for the entity: the season and the rest). */
  readonly activity: number;
  /** Rows by the size of their contribution, largest first. */
  readonly rows: readonly RowAttribution[];
}

/** Everything behind one output: `baseline + Σ paths + interplay = output`. */
export interface Attribution {
  /** The explained output, on the network's scale. */
  readonly output: number;
  /** Its mean over the background. */
  readonly baseline: number;
  /** `[K]`: all outputs of the seed, and their means; `index` is the explained one. */
  readonly outputs: readonly number[];
  readonly baselines: readonly number[];
  readonly index: number;
  readonly paths: readonly PathAttribution[];
  /** What no single path explains: the joint part of the network beyond its mean; 0 with an additive head. */
  readonly interplay: number;
  /** The sampled neighbourhood that was explained. */
  readonly batch: HeteroBatch;
}

/** Options of {@link attribute}. */
export interface AttributeOptions {
  /** Which output to explain; 0 for numbers and binary targets, the class otherwise. */
  readonly output?: number;
  /** Points on the way from the background to the input. */
  readonly steps?: number;
}

/**
 * Attributes one output of the network for one seed.
 *
 * The part of each path is exact, because the head adds paths. Within a path, columns share by integrated gradients from
 * the background's mean codes to the codes of the row; what is left is the number and timing of rows.
 *
 * @param model - a trained network.
 * @param loader - the database to read.
 * @param seeds - exactly one seed.
 * @param background - the averages to differ from.
 * @param rng - the sampling stream of the prediction.
 * @see Sundararajan, Taly, Yan 2017, Axiomatic Attribution for Deep Networks (integrated gradients).
 */
export function attribute(
  model: RelationalGnn,
  loader: NeighborLoader,
  seeds: Seeds,
  background: Background,
  rng: Rng,
  options: AttributeOptions = {},
): Attribution {
  const { output = 0, steps = 12 } = options;
  const batch = loader.load(seeds, rng, { separate: true });
  return freeing(() => {
    const inputs = model.embed(batch);
    const at = (x: tf.Tensor2D): number => centre(x.dataSync() as Float32Array, output);
    const mean = (values: readonly number[]): number => centre(values, output);
    const result = model.forward(batch, inputs);
    const base = baselineInputs(model, batch, inputs, background);
    const gradients = meanGradients(model, batch, inputs, base, output, steps);
    const idOf = (position: number): string => model.spec.layout.positions[position]!.id;
    const rowScores = batch.tables.map((table) => new Float64Array(table.rows.length));
    const columns = columnAttributions(model, batch, background, gradients, rowScores);
    const columnsOf = (positions: ReadonlySet<number>): ColumnAttribution[] =>
      columns.filter((column) => positions.has(column.position));

    const seedColumns = [
      ...columnsOf(new Set([-1])),
      ...contextAttributions(model, batch, background, gradients.context),
    ];
    const seedTotal = at(result.seed) - mean(background.seed);
    const paths: PathAttribution[] = [pathOf(-1, seedTotal, seedColumns, [])];
    batch.positions.forEach((position, i) => {
      const id = idOf(position.position);
      const total = at(result.paths[i]!) - mean(background.paths[id]!);
      const covered = new Set([position.position, ...position.fused.map((f) => f.position)]);
      const rows = rowAttributions(
        model,
        batch,
        position,
        rowScores,
        gradients.ages[i]!,
        inputs.ages[i]!,
        base.ages[i]!,
      );
      paths.push(pathOf(position.position, total, columnsOf(covered), rows));
    });
    const interplay = result.joint ? at(result.joint) - mean(background.joint!) : 0;
    return {
      output: at(result.logits),
      baseline: mean(background.logits),
      outputs: [...result.logits.dataSync()],
      baselines: background.logits,
      index: output,
      paths,
      interplay,
      batch,
    };
  });
}

/** The weight of logit `k` in the explained output: a class is explained against the mean of all classes. */
function centred(k: number, output: number, outputs: number): number {
  return (k === output ? 1 : 0) - (outputs > 1 ? 1 / outputs : 0);
}

/** The explained output of some logits: the number itself, or a class less the mean of all classes. */
function centre(logits: ArrayLike<number>, output: number): number {
  let value = 0;
  for (let k = 0; k < logits.length; k++) {
    value += centred(k, output, logits.length) * logits[k]!;
  }
  return value;
}

function pathOf(
  position: number,
  contribution: number,
  columns: readonly ColumnAttribution[],
  rows: readonly RowAttribution[],
): PathAttribution {
  const explained = columns.reduce((sum, column) => sum + column.contribution, 0);
  return { position, contribution, columns, activity: contribution - explained, rows };
}

/** The inputs with every sum of codes replaced by its mean over the background. */
function baselineInputs(
  model: RelationalGnn,
  batch: HeteroBatch,
  inputs: ModelInputs,
  background: Background,
): ModelInputs {
  const { channels } = model.spec.config;
  const { positions } = model.spec.layout;
  const repeat = (row: readonly number[], size: number): tf.Tensor2D => {
    const values = new Float32Array(size * row.length);
    for (let i = 0; i < size; i++) values.set(row, i * row.length);
    return tf.tensor2d(values, [size, row.length]);
  };
  const constants = model.spec.encodings.map((encoding) =>
    (model.codes({ kind: "rows", table: encoding.table }).dataSync() as Float32Array).slice(
      0,
      channels,
    ),
  );
  return {
    rows: batch.tables.map((table, t) => {
      const values = new Float32Array(table.rows.length * channels);
      for (let u = 0; u < table.rows.length; u++) {
        const place = table.places[u]! < 0 ? "seed" : positions[table.places[u]!]!.id;
        const means = background.columns[place] ?? [];
        for (let c = 0; c < channels; c++) {
          let sum = constants[t]![c]!;
          for (const mean of means) sum += mean[c]!;
          values[u * channels + c] = sum;
        }
      }
      return tf.tensor2d(values, [table.rows.length, channels]);
    }),
    ages: inputs.ages.map((ages, i) =>
      ages === null
        ? null
        : repeat(background.ages[positions[batch.positions[i]!.position]!.id]!, ages.shape[0]),
    ),
    counts: inputs.counts.map((counts, i) =>
      repeat(background.counts[positions[batch.positions[i]!.position]!.id]!, counts.shape[0]),
    ),
    context: repeat(
      background.context.reduce<number[]>(
        (sum, part) => sum.map((value, c) => value + part[c]!),
        new Array<number>(channels).fill(0),
      ),
      inputs.context.shape[0],
    ),
  };
}

/** Gradients of one output, averaged along the straight way from the baseline to the inputs; the shapes of the inputs. */
interface InputGradients {
  readonly rows: readonly Float32Array[];
  readonly ages: readonly (Float32Array | null)[];
  readonly context: Float32Array;
}

function meanGradients(
  model: RelationalGnn,
  batch: HeteroBatch,
  inputs: ModelInputs,
  base: ModelInputs,
  output: number,
  steps: number,
): InputGradients {
  const flatten = (i: ModelInputs): tf.Tensor2D[] => [
    ...i.rows,
    ...i.ages.filter((ages) => ages !== null),
    ...i.counts,
    i.context,
  ];
  const unflatten = (tensors: readonly tf.Tensor2D[]): ModelInputs => {
    let next = 0;
    return {
      rows: inputs.rows.map(() => tensors[next++]!),
      ages: inputs.ages.map((ages) => (ages === null ? null : tensors[next++]!)),
      counts: inputs.counts.map(() => tensors[next++]!),
      context: tensors[next]!,
    };
  };
  const to = flatten(inputs);
  const from = flatten(base);
  const sums = to.map((tensor) => new Float32Array(tensor.size));
  const one = tf.tensor2d(
    Array.from({ length: model.spec.outputs }, (_, k) => centred(k, output, model.spec.outputs)),
    [1, model.spec.outputs],
  );
  const gradient = tf.grads((...tensors: tf.Tensor[]) => {
    const { logits } = model.forward(batch, unflatten(tensors as tf.Tensor2D[]));
    return tf.sum(tf.mul(logits, one));
  });
  for (let k = 0; k < steps; k++) {
    const share = (k + 0.5) / steps;
    tf.tidy(() => {
      const point = to.map((x, i) => tf.add(tf.mul(from[i]!, 1 - share), tf.mul(x, share)));
      gradient(point).forEach((g, i) => {
        const values = g.dataSync();
        const sum = sums[i]!;
        for (let c = 0; c < sum.length; c++) sum[c]! += values[c]! / steps;
      });
    });
  }
  let next = 0;
  const rows = inputs.rows.map(() => sums[next++]!);
  const ages = inputs.ages.map((a) => (a === null ? null : sums[next++]!));
  return { rows, ages, context: sums[sums.length - 1]! };
}

/** Sums gradient times (code − mean code) per column and place, and adds it up per distinct row. */
function columnAttributions(
  model: RelationalGnn,
  batch: HeteroBatch,
  background: Background,
  gradients: InputGradients,
  rowScores: readonly Float64Array[],
): ColumnAttribution[] {
  const { channels } = model.spec.config;
  const totals = new Map<string, { position: number; column: string; contribution: number }>();
  batch.tables.forEach((table, t) => {
    const codes = model.codes({ kind: "rows", table: table.table }).dataSync() as Float32Array;
    const { encodings } = model.spec.encodings[t]!;
    for (let u = 0; u < table.rows.length; u++) {
      const place = table.places[u]!;
      const means = background.columns[place < 0 ? "seed" : model.spec.layout.positions[place]!.id];
      const gradient = gradients.rows[t]!.subarray(u * channels, (u + 1) * channels);
      encodings.forEach((encoding, e) => {
        const contribution =
          dotCodes(table.features, u, codes, gradient, encoding) - dot(means?.[e], gradient);
        rowScores[t]![u]! += contribution;
        const key = `${place}\u0000${encoding.column}`;
        const total = totals.get(key) ?? {
          position: place,
          column: encoding.column,
          contribution: 0,
        };
        total.contribution += contribution;
        totals.set(key, total);
      });
    }
  });
  return [...totals.values()];
}

/** The ages of the entity's own time columns; the season stays in the entity's remainder. */
function contextAttributions(
  model: RelationalGnn,
  batch: HeteroBatch,
  background: Background,
  gradient: Float32Array,
): ColumnAttribution[] {
  const codes = model.codes({ kind: "context" }).dataSync() as Float32Array;
  return model.spec.context.parts.map((part, i) => ({
    position: -1,
    column: part.column === null ? SEASON : `${AGE_OF}${part.column}`,
    contribution:
      dotCodes(batch.context, 0, codes, gradient, part) - dot(background.context[i], gradient),
  }));
}

/** The pseudo-column of the anchor's season. */
export const SEASON = "(season)";

/** Prefix of the pseudo-columns that hold the age of a time column. */
export const AGE_OF = "(age of) ";

function rowAttributions(
  model: RelationalGnn,
  batch: HeteroBatch,
  position: PositionBatch,
  rowScores: readonly Float64Array[],
  ageGradient: Float32Array | null,
  ages: tf.Tensor2D | null,
  baseAges: tf.Tensor2D | null,
): RowAttribution[] {
  const { channels } = model.spec.config;
  const { positions } = model.spec.layout;
  const scoresOf = (p: number): Float64Array =>
    rowScores[batch.tables.findIndex((table) => table.table === positions[p]!.table)]!;
  const ageValues = ages?.dataSync();
  const baseValues = baseAges?.dataSync();
  const found: RowAttribution[] = [];
  for (let e = 0; e < position.index.length; e++) {
    let contribution = scoresOf(position.position)[position.index[e]!]!;
    for (const fused of position.fused) {
      // A parent shared by several rows of the path counts once for each of them.
      if (fused.index[e]! >= 0) {
        contribution +=
          scoresOf(fused.position)[fused.index[e]!]! / uses(fused.index, fused.index[e]!);
      }
    }
    if (ageGradient && ageValues && baseValues) {
      for (let c = 0; c < channels; c++) {
        const at = e * channels + c;
        contribution += ageGradient[at]! * (ageValues[at]! - baseValues[at]!);
      }
    }
    found.push({ row: batch.samples[position.position]!.rows[e]!, contribution });
  }
  return found.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}

function uses(index: Int32Array, value: number): number {
  let count = 0;
  for (const other of index) if (other === value) count++;
  return count;
}

function dotCodes(
  features: SparseRows,
  row: number,
  codes: Float32Array,
  gradient: Float32Array,
  range: { readonly firstCode: number; readonly width: number },
): number {
  const channels = gradient.length;
  let sum = 0;
  for (let j = features.offsets[row]!; j < features.offsets[row + 1]!; j++) {
    const code = features.codes[j]!;
    if (code < range.firstCode || code >= range.firstCode + range.width) continue;
    for (let c = 0; c < channels; c++) {
      sum += features.weights[j]! * codes[code * channels + c]! * gradient[c]!;
    }
  }
  return sum;
}

function dot(a: readonly number[] | undefined, b: Float32Array): number {
  if (!a) return 0;
  let sum = 0;
  for (let c = 0; c < b.length; c++) sum += a[c]! * b[c]!;
  return sum;
}
