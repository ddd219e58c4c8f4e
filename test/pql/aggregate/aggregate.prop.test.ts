/** Aggregations against naive twins that look at one cell after the other. */
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  type AggregateSpec,
  createAggregator,
  type Measured,
} from "../../../pql/aggregate/aggregate.js";
import { isAscending, type RowValues } from "../../../pql/run/values-of-rows.js";
import { AGGREGATES, type AggregateName } from "../../../pql/syntax/ast.js";

interface Event {
  readonly owner: number;
  readonly time: number;
  readonly value: number;
}

interface Case {
  readonly entities: number;
  readonly events: readonly Event[];
  /** `[from, to]` per anchor, both ascending; `null` = no window. */
  readonly windows: readonly (readonly [number, number])[] | null;
  readonly kind: "float" | "int" | "byte" | "text" | "digits";
  /** Rows at which a new chunk begins. */
  readonly cuts: readonly number[];
}

/** Times lie close together, so that ties and events on the ends of windows are common. */
const arbTime = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constant(Number.NaN));
const DICTIONARY = ["b", "a", "10", "9", "é", "B", "", "aa"];
const DIGITS = ["9007199254740993", "-5", "12", "7", "-12", "0", "100", "9007199254740992"];

const arbWindows = fc
  .tuple(
    fc.array(fc.integer({ min: -2, max: 40 }), { minLength: 1, maxLength: 6 }),
    fc.integer({ min: 0, max: 12 }),
  )
  .map(([starts, length]) =>
    starts.sort((a, b) => a - b).map((start) => [start, start + length] as const),
  );

const arbCase: fc.Arbitrary<Case> = fc
  .record({
    entities: fc.integer({ min: 0, max: 4 }),
    windows: fc.option(arbWindows, { nil: null }),
    kind: fc.constantFrom(
      "float" as const,
      "int" as const,
      "byte" as const,
      "text" as const,
      "digits" as const,
    ),
    sorted: fc.boolean(),
    raw: fc.array(
      fc.record({
        owner: fc.integer({ min: -2, max: 3 }),
        time: arbTime,
        code: fc.integer({ min: 0, max: 7 }),
      }),
      { maxLength: 60 },
    ),
    cuts: fc.array(fc.nat(60), { maxLength: 4 }),
  })
  .map(({ entities, windows, kind, sorted, raw, cuts }) => {
    const events = raw.map(({ owner, time, code }) => ({
      owner: owner < entities ? owner : -1,
      time,
      value: kind === "float" ? [0, -0, 1.5, -2.25, 0.1, 0.2, 1e9, 3][code]! : code,
    }));
    if (sorted) events.sort((a, b) => (a.time || 0) - (b.time || 0));
    return { entities, windows, kind, events, cuts };
  });

function spec(name: AggregateName, { windows, entities }: Case): AggregateSpec {
  return {
    name,
    quantile: name === "QUANTILE" ? 0.3 : null,
    windows: windows && {
      from: Float64Array.from(windows, ([from]) => from),
      to: Float64Array.from(windows, ([, to]) => to),
    },
    anchors: Float64Array.from(windows ?? [[0, 0]], ([from]) => from),
    unitMs: 2,
    entities,
  };
}

function valuesOf({ kind }: Case, events: readonly Event[]): RowValues {
  const numbers = events.map(({ value }) => value);
  const data =
    kind === "float"
      ? Float64Array.from(numbers)
      : kind === "byte"
        ? Uint8Array.from(numbers)
        : Int32Array.from(numbers);
  const dictionary = kind === "text" ? DICTIONARY : kind === "digits" ? DIGITS : null;
  return { data, nulls: null, dictionary, int64: kind === "digits", list: null };
}

function measure(name: AggregateName, test: Case, cuts: readonly number[]): Measured {
  const aggregator = createAggregator(spec(name, test));
  const bounds = [0, ...[...cuts].sort((a, b) => a - b), test.events.length];
  for (let i = 1; i < bounds.length; i++) {
    const events = test.events.slice(bounds[i - 1], bounds[i]);
    const times = test.windows && Float64Array.from(events, ({ time }) => time);
    aggregator.add({
      owners: Int32Array.from(events, ({ owner }) => owner),
      times,
      sorted: times !== null && isAscending(times),
      values: name === "COUNT" ? null : valuesOf(test, events),
    });
  }
  return aggregator.finish();
}

type Worth = number | string | null;

/** The events of a cell in row order, told apart by time where there are windows. */
function eventsOf({ windows, events }: Case, anchor: number, entity: number): Event[] {
  const own = events.filter(({ owner }) => owner === entity);
  if (windows === null) return own.map((event) => ({ ...event, time: 0 }));
  const [from, to] = windows[anchor]!;
  return own.filter(({ time }) => time > from && time <= to);
}

function naive(name: AggregateName, test: Case, anchor: number, events: readonly Event[]): Worth {
  const values = events.map(({ value }) => value);
  const byTime = events
    .map((event, row) => ({ ...event, row }))
    .sort((a, b) => a.time - b.time || a.row - b.row)
    .map(({ value }) => value);
  const sum = values.reduce((total, value) => total + value, 0);
  const named = (value: number | undefined): Worth =>
    value === undefined ? null : show(test, value);
  const ordered = [...values].sort((a, b) => orderOf(test, a, b));
  switch (name) {
    case "COUNT":
      return values.length;
    case "SUM":
      return sum;
    case "AVG":
      return values.length === 0 ? null : sum / values.length;
    case "MIN":
      return named(ordered[0]);
    case "MAX":
      return named(ordered.at(-1));
    case "FIRST":
      return named(byTime[0]);
    case "LAST":
      return named(byTime.at(-1));
    case "COUNT_DISTINCT":
      return new Set(values).size;
    case "LIST_DISTINCT":
      return values.length === 0 ? null : [...new Set(byTime)].map((v) => show(test, v)).join();
    case "MODE": {
      const times = (value: number): number => values.filter((other) => other === value).length;
      return named(ordered.toSorted((a, b) => times(b) - times(a))[0]);
    }
    case "MEDIAN":
    case "QUANTILE": {
      if (values.length === 0) return null;
      const numbers = [...values].sort((a, b) => a - b);
      const position = (numbers.length - 1) * (name === "MEDIAN" ? 0.5 : 0.3);
      const low = numbers[Math.floor(position)]!;
      return low + (numbers[Math.ceil(position)]! - low) * (position % 1);
    }
    case "VARIANCE":
    case "STDDEV": {
      if (values.length < 2) return null;
      const mean = sum / values.length;
      const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
      const variance = squares / (values.length - 1);
      return name === "STDDEV" ? Math.sqrt(variance) : variance;
    }
    case "TIME_TO_NEXT":
      if (events.length === 0) return null;
      return (Math.min(...events.map(({ time }) => time)) - test.windows![anchor]![0]) / 2;
  }
}

function show({ kind }: Case, value: number): Worth {
  if (kind === "text") return DICTIONARY[value]!;
  return kind === "digits" ? DIGITS[value]! : value + 0;
}

function orderOf({ kind }: Case, a: number, b: number): number {
  if (kind === "text") return DICTIONARY[a]! < DICTIONARY[b]! ? -1 : a === b ? 0 : 1;
  return kind === "digits" ? Number(BigInt(DIGITS[a]!) - BigInt(DIGITS[b]!)) : a - b;
}

function worthOf(measured: Measured, cell: number): Worth {
  const value = measured.values[cell]!;
  if (measured.lists !== null) {
    const { offsets, items, dictionary } = measured.lists;
    const list = Array.from(items.subarray(offsets[cell]!, offsets[cell + 1]!));
    expect(value).toBe(list.length === 0 ? Number.NaN : list.length);
    if (list.length === 0) return null;
    return list.map((item) => (dictionary === null ? item : dictionary[item]!)).join();
  }
  if (Number.isNaN(value)) return null;
  return measured.dictionary === null ? value + 0 : measured.dictionary[value]!;
}

const TEXTUAL = new Set<AggregateName>(["MIN", "MAX", "FIRST", "LAST", "MODE"]);
const ROUNDED = new Set<AggregateName>(["VARIANCE", "STDDEV", "MEDIAN", "QUANTILE"]);

it.each(AGGREGATES)("%s equals its naive twin, whole and in chunks", (name) => {
  fc.assert(
    fc.property(arbCase, (test) => {
      fc.pre(name !== "TIME_TO_NEXT" || test.windows !== null);
      const whole = measure(name, test, []);
      const anchors = test.windows?.length ?? 1;
      expect(whole.values).toHaveLength(anchors * test.entities);
      for (let cell = 0; cell < whole.values.length; cell++) {
        const anchor = Math.floor(cell / test.entities);
        const events = eventsOf(test, anchor, cell % test.entities);
        const expected = naive(name, test, anchor, events);
        const found = worthOf(whole, cell);
        if (ROUNDED.has(name) && expected !== null) {
          const scale = 1 + Math.abs(expected as number);
          expect((found as number) / scale).toBeCloseTo((expected as number) / scale, 7);
        } else {
          expect(found).toEqual(expected);
        }
      }
      if (test.entities > 0) {
        expect(whole.int64).toBe(TEXTUAL.has(name) && test.kind === "digits");
      }
      expect(measure(name, test, test.cuts)).toEqual(whole);
    }),
    { numRuns: 200 },
  );
});

it.each(["COUNT_DISTINCT", "MODE", "LIST_DISTINCT", "MEDIAN"] as const)(
  "%s keeps its answer when what it stores is made smaller on the way",
  (name) => {
    const rows = 150_000;
    const values = Float64Array.from({ length: rows }, (_, row) => (row * 7919) % 1013);
    const owners = Int32Array.from({ length: rows }, (_, row) => (row * 31) % 3);
    const times = Float64Array.from({ length: rows }, (_, row) => ((row * 104_729) % rows) + 1);
    const all: RowValues = {
      data: values,
      nulls: null,
      dictionary: null,
      int64: false,
      list: null,
    };
    const windows = { from: Float64Array.of(0, 1000), to: Float64Array.of(rows, rows) };
    const options = { quantile: null, windows, anchors: windows.from, unitMs: 1, entities: 3 };
    const step = 70_001;
    const parts = createAggregator({ name, ...options });
    for (let first = 0; first < rows; first += step) {
      const end = Math.min(rows, first + step);
      parts.add({
        owners: owners.subarray(first, end),
        times: times.subarray(first, end),
        sorted: false,
        values: { ...all, data: values.subarray(first, end) },
      });
    }
    const order = Array.from(times.keys()).sort((a, b) => times[a]! - times[b]!);
    const take = (from: Float64Array): Float64Array =>
      Float64Array.from(order, (row) => from[row]!);
    const sorted = createAggregator({ name, ...options });
    sorted.add({
      owners: Int32Array.from(order, (row) => owners[row]!),
      times: take(times),
      sorted: true,
      values: { ...all, data: take(values) },
    });
    expect(parts.finish()).toEqual(sorted.finish());
  },
);

it("ranks the texts of a dictionary that grows from chunk to chunk", () => {
  const texts = ["m"];
  const windows = { from: Float64Array.of(0), to: Float64Array.of(9) };
  const options = { quantile: null, windows, anchors: windows.from, unitMs: 1, entities: 1 };
  const smallest = createAggregator({ name: "MIN", ...options });
  const largest = createAggregator({ name: "MAX", ...options });
  for (const text of ["m", "q", "c", "z", "a", "k"]) {
    if (!texts.includes(text)) texts.push(text);
    const data = new Int32Array(40).fill(texts.indexOf(text));
    const chunk = {
      owners: new Int32Array(40),
      times: new Float64Array(40).fill(1),
      sorted: true,
      values: { data, nulls: null, dictionary: [...texts], int64: false, list: null },
    };
    smallest.add(chunk);
    largest.add(chunk);
  }
  const low = smallest.finish();
  const high = largest.finish();
  expect([low.dictionary![low.values[0]!], high.dictionary![high.values[0]!]]).toEqual(["a", "z"]);
});
