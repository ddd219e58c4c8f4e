/** The store of a model's learned weights: named variables with seeded initial values, listed, saved and freed together. */
import * as tf from "@tensorflow/tfjs-core";
import { assertNever } from "../core/assert.js";
import { ModelError } from "../core/errors.js";
import type { Rng } from "../core/random.js";
import { shapeText } from "./check.js";
import { activeMemory } from "./kernels/kernel.js";

/**
 * How a parameter starts: all zeros, all ones, uniform in ±limit, normal with this deviation, or uniform in
 * ±√(6 / (rows + columns)).
 *
 * @see Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks, eq. 16.
 */
export type Initializer =
  | { readonly kind: "zeros" }
  | { readonly kind: "ones" }
  | { readonly kind: "uniform"; readonly limit: number }
  | { readonly kind: "normal"; readonly std: number }
  | { readonly kind: "glorot" };

/** Float32 values with their shape, off the backend. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Arrays by name; the order of the names is kept. */
export type NamedArrays = Readonly<Record<string, NamedArray>>;

/** One learned weight. */
export interface Parameter {
  readonly name: string;
  readonly variable: tf.Variable;
  /** Whether weight decay shrinks it: matrices do, gains and biases do not. */
  readonly decay: boolean;
}

/** A place to create parameters in: a store, or a part of it whose names share a prefix. */
export interface ParameterScope {
  /**
   * Creates a parameter. Its values depend on the store's seed and the full name only, not on the order of creation.
   *
   * @param name - unique in the scope; the full name is `prefix/name`.
   * @param shape - any rank; a size may be 0.
   * @throws {@link ModelError} MOD101 if the name is taken.
   */
  create<R extends tf.Rank = tf.Rank>(
    name: string,
    shape: tf.ShapeMap[R],
    initializer: Initializer,
  ): tf.Variable<R>;
  /** Opens the part of the store under `prefix/`. */
  scope(prefix: string): ParameterScope;
}

/** All parameters of a model; variables belong to the store, which frees them. */
export interface ParameterStore extends ParameterScope {
  /** The parameters in order of creation. */
  list(): readonly Parameter[];
  /** Returns the variable of this full name, or undefined. */
  get(name: string): tf.Variable | undefined;
  /** Counts the learned numbers. */
  countParameters(): number;
  /** Copies all values off the backend. */
  toArrays(): NamedArrays;
  /**
   * Overwrites all values.
   *
   * @throws {@link ModelError} MOD102 if names or shapes differ from the store's.
   */
  fromArrays(arrays: NamedArrays): void;
  /** Frees the variables; the store is empty afterwards. */
  dispose(): void;
  /** Lists names, shapes and sizes, one line each. */
  toString(): string;
}

/**
 * Makes an empty store. Several stores live side by side: names are local to a store.
 *
 * @param rng - source of the initial values; split by name, its position is not moved.
 */
export function createParameterStore(rng: Rng): ParameterStore {
  const parameters = new Map<string, Parameter>();
  const scopeAt = (prefix: string): ParameterScope => ({
    create: <R extends tf.Rank>(name: string, shape: tf.ShapeMap[R], initializer: Initializer) => {
      const fullName = prefix + name;
      if (parameters.has(fullName)) {
        throw new ModelError("MOD101", `parameter \`${fullName}\` exists already`, {
          hint: 'give each layer a scope of its own: `store.scope("layer1")`',
        });
      }
      const values = initialValues(shape as number[], initializer, rng.split(fullName));
      const variable = makeVariable(values, shape as number[]);
      parameters.set(fullName, { name: fullName, variable, decay: shape.length >= 2 });
      return variable as tf.Variable<R>;
    },
    scope: (inner) => scopeAt(`${prefix}${inner}/`),
  });
  const list = (): readonly Parameter[] => [...parameters.values()];
  const countParameters = (): number =>
    list().reduce((sum, { variable }) => sum + variable.size, 0);
  return {
    ...scopeAt(""),
    list,
    get: (name) => parameters.get(name)?.variable,
    countParameters,
    toArrays() {
      const values = readAll(list().map(({ variable }) => variable));
      return Object.fromEntries(
        list().map(({ name, variable: { shape } }, i) => [name, { shape, values: values[i]! }]),
      );
    },
    fromArrays(arrays) {
      checkSameNames([...parameters.keys()], Object.keys(arrays));
      for (const { name, variable } of list()) checkSameShape(name, variable, arrays[name]!);
      for (const { name, variable } of list()) writeValues(variable, arrays[name]!.values);
    },
    dispose() {
      for (const { variable } of list()) variable.dispose();
      parameters.clear();
    },
    toString() {
      const lines = list().map(
        ({ name, variable }) => `${name}  ${shapeText(variable.shape)}  ${variable.size}`,
      );
      return [...lines, `${countParameters()} parameters`].join("\n");
    },
  };
}

/**
 * Makes a trainable variable that owns its values.
 *
 * @param values - copied.
 */
export function makeVariable(values: Float32Array, shape: readonly number[]): tf.Variable {
  // tfjs names are global and must be unique; without one it takes the next free number.
  const initial = tf.tensor(values.slice(), [...shape], "float32");
  const variable = tf.variable(initial, true);
  initial.dispose();
  return variable;
}

/** Copies a tensor's values off the backend. */
export function readValues(tensor: tf.Tensor): Float32Array {
  return (tensor.dataSync() as Float32Array).slice();
}

/**
 * Copies the values of several float32 tensors off the backend in one read, since each costs a GPU a full stop.
 *
 * @param tensors - of any shapes.
 * @returns one array per tensor.
 */
export function readAll(tensors: readonly tf.Tensor[]): readonly Float32Array[] {
  if (activeMemory() || tensors.length < 2) return tensors.map(readValues);
  const flat = tf.tidy(() =>
    tf.concat1d(tensors.map((tensor) => tf.reshape<tf.Rank.R1>(tensor, [tensor.size]))).dataSync(),
  ) as Float32Array;
  let from = 0;
  return tensors.map(({ size }) => flat.slice(from, (from += size)));
}

/** Overwrites a variable's values, in place where the backend's memory is at hand. */
export function writeValues(variable: tf.Variable, values: Float32Array): void {
  const memory = activeMemory();
  if (memory) {
    memory.floats(variable).set(values);
    return;
  }
  const next = tf.tensor(values.slice(), variable.shape, "float32");
  variable.assign(next);
  next.dispose();
}

function initialValues(shape: readonly number[], initializer: Initializer, rng: Rng): Float32Array {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  switch (initializer.kind) {
    case "zeros":
      return values;
    case "ones":
      return values.fill(1);
    case "uniform":
      return fillUniform(values, initializer.limit, rng);
    case "normal":
      for (let i = 0; i < values.length; i++) values[i] = initializer.std * rng.normal();
      return values;
    case "glorot": {
      const columns = shape.at(-1) ?? 1;
      const rows = columns === 0 ? 0 : values.length / columns;
      return fillUniform(values, Math.sqrt(6 / Math.max(1, rows + columns)), rng);
    }
    default:
      return assertNever(initializer);
  }
}

function fillUniform(values: Float32Array, limit: number, rng: Rng): Float32Array {
  for (let i = 0; i < values.length; i++) values[i] = limit * (2 * rng.next() - 1);
  return values;
}

/**
 * Checks that saved names are those of a store.
 *
 * @throws {@link ModelError} MOD102 naming the first few that are missing or unknown.
 */
export function checkSameNames(expected: readonly string[], found: readonly string[]): void {
  const known = new Set(expected);
  const given = new Set(found);
  const missing = expected.filter((name) => !given.has(name));
  const unknown = found.filter((name) => !known.has(name));
  if (missing.length + unknown.length === 0) return;
  const few = (names: readonly string[]): string =>
    names.length === 0
      ? "none"
      : names
          .slice(0, 3)
          .map((name) => `\`${name}\``)
          .join(", ");
  throw new ModelError(
    "MOD102",
    `saved arrays do not fit the model: missing ${few(missing)} (${missing.length}), unknown ${few(unknown)} (${unknown.length})`,
    { hint: "load them into a model built with the same schema and options" },
  );
}

function checkSameShape(name: string, variable: tf.Variable, array: NamedArray): void {
  if (shapeText(array.shape) === shapeText(variable.shape) && array.values.length === variable.size)
    return;
  throw new ModelError(
    "MOD102",
    `saved array \`${name}\` has shape ${shapeText(array.shape)}, the model expects ${shapeText(variable.shape)}`,
    { hint: "load it into a model built with the same schema and options" },
  );
}
