/** Pair signals: what is known of an entity and an item at a moment. */
import { MS_PER_DAY } from "../core/time.js";
import type { Catalog } from "./catalog.js";
import { countBetween, type History, type HistoryView, placeAfter } from "./history.js";

/** One signal of a pair. */
export interface PairSignal {
  readonly id: string;
  readonly kind: "numerical" | "categorical";
  /** For people. */
  readonly label: string;
  /** Signals of one family count as one reason. */
  readonly family: string;
  readonly format: "count" | "days" | "share" | "number" | "ratio";
}

const YEAR = 365.25 * MS_PER_DAY;

/** The signals of every catalogue, in order. */
const COMMON: readonly PairSignal[] = [
  signal("own_h", "Times had in the last window", "own count", "count"),
  signal("own_3h", "Times had in three windows", "own count", "count"),
  signal("own_all", "Times had before", "own count", "count"),
  signal("own_share", "Share of everything had", "own count", "share"),
  signal("own_since", "Days since it was had", "own recency", "days"),
  signal("own_gap", "Days between, usually", "own rhythm", "days"),
  signal("own_due", "Time since, in usual gaps", "own rhythm", "ratio"),
  signal("own_place", "Place among the latest items", "own recency", "count"),
  signal("own_season", "Times had at this time a year before", "own season", "count"),
  signal("own_season_2", "Times had at this time two years before", "own season", "count"),
  signal("item_h", "Popularity in the last window", "popularity", "count"),
  signal("item_3h", "Popularity in three windows", "popularity", "count"),
  signal("item_all", "Popularity over all time", "popularity", "count"),
  signal("item_trend", "Trend of its popularity", "popularity trend", "ratio"),
  signal("item_since", "Days since anybody had it", "item recency", "days"),
  signal("item_age", "Days since it is there", "item age", "days"),
  signal("item_season", "Popularity at this time a year before", "item season", "count"),
  signal("item_season_2", "Popularity at this time two years before", "item season", "count"),
  signal("item_gap", "Days between, over everybody", "item rhythm", "days"),
  signal("item_due", "Time since anybody had it, in usual gaps", "item rhythm", "ratio"),
  signal("together", "Had by others who had the same", "others alike", "number"),
  signal("entity_h", "Items had in the last window", "activity", "count"),
  signal("entity_all", "Items had before", "activity", "count"),
  signal("entity_since", "Days since anything was had", "activity", "days"),
  signal("entity_first", "Days since the first item", "activity", "days"),
  signal("entity_distinct", "Different items had", "activity", "count"),
  signal("lag", "Days that the data lag behind", "data freshness", "days"),
];

function signal(
  id: string,
  label: string,
  family: string,
  format: PairSignal["format"],
): PairSignal {
  return { id, label, family, format, kind: "numerical" };
}

/** Measures pairs. */
export interface PairReader {
  readonly signals: readonly PairSignal[];
  /**
   * Writes the signals of an entity with each of some items.
   *
   * @param entity - row of the entity table.
   * @param visible - nothing later is seen (ms).
   * @param anchor - the moment (ms).
   * @param items - the items.
   * @param together - co-occurrence by item, as of the candidate finder.
   * @param out - float32 `[pairs]` per signal; pairs go from `at` on.
   */
  read(
    entity: number,
    visible: number,
    anchor: number,
    items: Int32Array,
    together: Float64Array,
    out: readonly Float32Array[],
    at: number,
  ): void;
}

/**
 * Makes a reader; the item's columns and how much an entity likes their values come behind the common signals.
 *
 * @param catalog - all items.
 * @param history - who had what.
 * @param view - the target's window, and whether an entity's own pairs are hidden.
 */
export function createPairReader(
  catalog: Catalog,
  history: History,
  view: HistoryView,
): PairReader {
  const { columns } = catalog;
  const own = columns.map(
    ({ name, kind }): PairSignal => ({
      id: `item.${name}`,
      kind,
      label: name,
      family: `item ${name}`,
      format: "number",
    }),
  );
  const likes = columns
    .filter(({ kind }) => kind === "categorical")
    .map(({ name }) =>
      signal(`likes.${name}`, `Share of items had with this ${name}`, `item ${name}`, "share"),
    );
  const scratch = createScratch(catalog.names.length);
  return {
    signals: [...COMMON, ...own, ...likes],
    read(entity, visible, anchor, items, together, out, at) {
      const past = readPast(history, scratch, entity, visible, anchor, view);
      items.forEach((item, i) => {
        writePair(
          catalog,
          history,
          scratch,
          past,
          item,
          visible,
          anchor,
          view,
          together,
          out,
          at + i,
        );
      });
      writeColumns(catalog, history, view.blind ? -1 : entity, visible, items, out, at);
      scratch.clear();
    },
  };
}

/** Per-item memory that is reused from entity to entity. */
interface Scratch {
  readonly counts: Float64Array;
  readonly countsH: Float64Array;
  readonly counts3H: Float64Array;
  readonly season: Float64Array;
  readonly season2: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly place: Int32Array;
  readonly touched: number[];
  clear(): void;
}

function createScratch(size: number): Scratch {
  const numbers = () => new Float64Array(size);
  const scratch = {
    counts: numbers(),
    countsH: numbers(),
    counts3H: numbers(),
    season: numbers(),
    season2: numbers(),
    first: numbers(),
    last: numbers(),
    place: new Int32Array(size),
    touched: [] as number[],
  };
  return {
    ...scratch,
    clear() {
      for (const item of scratch.touched) {
        scratch.counts[item] = 0;
        scratch.countsH[item] = 0;
        scratch.counts3H[item] = 0;
        scratch.season[item] = 0;
        scratch.season2[item] = 0;
        scratch.place[item] = 0;
      }
      scratch.touched.length = 0;
    },
  };
}

/** What an entity did, whatever the item. */
interface Past {
  readonly count: number;
  readonly countH: number;
  readonly distinct: number;
  readonly first: number;
  readonly last: number;
}

/** Reads the past of an entity once, from its latest pair back; of a hidden one only how often it had what. */
function readPast(
  { byEntity }: History,
  scratch: Scratch,
  entity: number,
  visible: number,
  anchor: number,
  { horizon, blind }: HistoryView,
): Past {
  const { offsets, others, times } = byEntity;
  const from = offsets[entity]!;
  const to = placeAfter(times, from, offsets[entity + 1]!, visible);
  if (blind) {
    for (let place = from; place < to; place++) {
      if (scratch.counts[others[place]!]!++ === 0) scratch.touched.push(others[place]!);
    }
    return HIDDEN;
  }
  let countH = 0;
  for (let place = to - 1; place >= from; place--) {
    const [item, time] = [others[place]!, times[place]!];
    if (scratch.counts[item] === 0) {
      scratch.touched.push(item);
      scratch.place[item] = scratch.touched.length;
      scratch.last[item] = time;
    }
    scratch.first[item] = time;
    scratch.counts[item]!++;
    const age = anchor - time;
    if (age < horizon) {
      scratch.countsH[item]!++;
      countH++;
    }
    if (age < 3 * horizon) scratch.counts3H[item]!++;
    if (time > anchor - YEAR && time <= anchor - YEAR + horizon) scratch.season[item]!++;
    if (time > anchor - 2 * YEAR && time <= anchor - 2 * YEAR + horizon) scratch.season2[item]!++;
  }
  return {
    count: to - from,
    countH,
    distinct: scratch.touched.length,
    first: to > from ? times[from]! : Number.NaN,
    last: to > from ? times[to - 1]! : Number.NaN,
  };
}

const HIDDEN: Past = {
  count: 0,
  countH: 0,
  distinct: 0,
  first: Number.NaN,
  last: Number.NaN,
};

function writePair(
  { created }: Catalog,
  { byItem }: History,
  scratch: Scratch,
  past: Past,
  item: number,
  visible: number,
  anchor: number,
  { horizon, blind }: HistoryView,
  together: Float64Array,
  out: readonly Float32Array[],
  at: number,
): void {
  const days = (time: number): number => finite((anchor - time) / MS_PER_DAY);
  const mine = scratch.counts[item]!;
  const count = blind ? 0 : mine;
  const had = count > 0;
  const gap = count > 1 ? (scratch.last[item]! - scratch.first[item]!) / (count - 1) : Number.NaN;
  const [from, to] = [byItem.offsets[item]!, byItem.offsets[item + 1]!];
  const until = placeAfter(byItem.times, from, to, visible);
  const all = until - from - (blind ? mine : 0);
  const since = (span: number): number =>
    until - placeAfter(byItem.times, from, until, anchor - span);
  const [inH, in2H] = [since(horizon), since(2 * horizon)];
  const lastAny = all > 0 ? byItem.times[until - 1]! : Number.NaN;
  const gapAny = all > 1 ? (lastAny - byItem.times[from]!) / (all - 1) : Number.NaN;
  const season = (years: number): number =>
    countBetween(
      byItem,
      item,
      anchor - years * YEAR,
      Math.min(visible, anchor - years * YEAR + horizon),
    );
  const values = [
    scratch.countsH[item]!,
    scratch.counts3H[item]!,
    count,
    past.count === 0 ? Number.NaN : count / past.count,
    had ? days(scratch.last[item]!) : Number.NaN,
    finite(gap / MS_PER_DAY),
    finite((anchor - scratch.last[item]!) / gap),
    had ? scratch.place[item]! : Number.NaN,
    scratch.season[item]!,
    scratch.season2[item]!,
    inH,
    since(3 * horizon),
    all,
    (2 * (inH - (in2H - inH))) / (in2H + 1),
    days(lastAny),
    days(created[item]!),
    season(1),
    season(2),
    finite(gapAny / MS_PER_DAY),
    finite((anchor - lastAny) / gapAny),
    together[item]!,
    past.countH,
    past.count,
    days(past.last),
    days(past.first),
    past.distinct,
    days(visible),
  ];
  for (let k = 0; k < values.length; k++) out[k]![at] = values[k]!;
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}

/** The item's own columns, and the share of an entity's pairs whose item has the same value. */
function writeColumns(
  { columns }: Catalog,
  { byEntity }: History,
  entity: number,
  visible: number,
  items: Int32Array,
  out: readonly Float32Array[],
  at: number,
): void {
  const from = entity < 0 ? 0 : byEntity.offsets[entity]!;
  const to =
    entity < 0 ? 0 : placeAfter(byEntity.times, from, byEntity.offsets[entity + 1]!, visible);
  let like = COMMON.length + columns.length;
  columns.forEach(({ kind, values, known, categories }, c) => {
    const cellOf = (item: number): number =>
      known !== null && !(known[item]! <= visible) ? Number.NaN : values[item]!;
    items.forEach((item, i) => {
      out[COMMON.length + c]![at + i] = cellOf(item);
    });
    if (kind !== "categorical") return;
    const counts = new Float64Array(categories.length);
    for (let place = from; place < to; place++) {
      const code = cellOf(byEntity.others[place]!);
      if (!Number.isNaN(code)) counts[code]!++;
    }
    items.forEach((item, i) => {
      const code = cellOf(item);
      out[like]![at + i] =
        Number.isNaN(code) || to === from ? Number.NaN : counts[code]! / (to - from);
    });
    like++;
  });
}
