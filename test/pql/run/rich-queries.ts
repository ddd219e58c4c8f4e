/** Arbitrary queries over the rich database: expressions, paths, look-ups, nested aggregations, forecasts and lists. */
import fc from "fast-check";
import { type Flags, HOUR, ORIGIN } from "./rich-database.js";

type Text = fc.Arbitrary<string>;
const mostlyNull = (text: Text): fc.Arbitrary<string | null> =>
  fc.oneof({ arbitrary: fc.constant(null), weight: 2 }, { arbitrary: text, weight: 1 });

/** What can be read where an expression stands. */
interface Ground {
  readonly numbers: readonly string[];
  readonly texts: readonly string[];
  readonly times: readonly string[];
  readonly flags: readonly string[];
  readonly lists: readonly string[];
  readonly digits: readonly string[];
  /** Aggregations of the rows that belong to each row here, % in the place of their window. */
  readonly nested: readonly string[];
}

const NONE: Ground = {
  numbers: [],
  texts: [],
  times: [],
  flags: [],
  lists: [],
  digits: [],
  nested: [],
};

/** What an aggregation of the users' rows can run over. */
interface Path {
  readonly table: string;
  readonly via: string;
  readonly timed: boolean;
  readonly own: Ground;
  /** What more can be read in its filter: rows of the path and their parents. */
  readonly reach: Ground;
}

const plus = (a: Ground, b: Ground): Ground => ({
  numbers: [...a.numbers, ...b.numbers],
  texts: [...a.texts, ...b.texts],
  times: [...a.times, ...b.times],
  flags: [...a.flags, ...b.flags],
  lists: [...a.lists, ...b.lists],
  digits: [...a.digits, ...b.digits],
  nested: [...a.nested, ...b.nested],
});

const EVENTS: Ground = {
  numbers: ["events.v", "events.result"],
  texts: ["events.s", "events.sku"],
  times: ["events.due", "events.at"],
  flags: ["events.flag"],
  lists: ["events.tags"],
  digits: ["events.code"],
  nested: [],
};
const ITEMS: Ground = {
  ...NONE,
  numbers: ["items.price"],
  texts: ["items.kind"],
  times: ["items.added"],
  digits: ["items.code"],
};
const USERS: Ground = {
  ...NONE,
  numbers: ["users.age"],
  texts: ["users.country", "users.plan"],
  times: ["users.joined", "users.left"],
  flags: ["users.premium"],
  lists: ["users.tags"],
};
const REFERRERS: Ground = {
  ...NONE,
  numbers: ["users.age VIA referrer"],
  texts: ["users.plan VIA referrer", "users.country VIA users.referrer -> users.referrer"],
  times: ["users.joined VIA referrer"],
};
function pathsOf({ itemsTimed, detailsTimed }: Flags): Path[] {
  const window = detailsTimed ? ", %" : "";
  const ofEvents = [
    `COUNT(details.*${window})`,
    `SUM(details.qty WHERE details.note != 'a'${window})`,
  ];
  const hosts = {
    ...NONE,
    numbers: ["users.age VIA events.host_id"],
    texts: ["users.country VIA host_id"],
  };
  const events = {
    table: "events",
    timed: true,
    own: EVENTS,
    reach: plus(plus(plus(ITEMS, USERS), { ...hosts, nested: ofEvents }), NONE),
  };
  return [
    { ...events, via: "user_id" },
    { ...events, via: "host_id" },
    {
      table: "details",
      via: "event_id -> user_id",
      timed: true,
      own: {
        ...NONE,
        numbers: ["details.qty"],
        texts: ["details.note"],
        times: ["details.logged"],
      },
      reach: plus(plus(EVENTS, ITEMS), USERS),
    },
    {
      table: "items",
      via: "events.sku -> events.user_id",
      timed: true,
      own: ITEMS,
      reach: plus(plus(EVENTS, USERS), {
        ...NONE,
        nested: ["COUNT(events.*, %)", "SUM(events.v, %)"],
      }),
    },
    {
      table: "items",
      via: "notes.sku -> notes.user_id",
      timed: itemsTimed,
      own: ITEMS,
      reach: { ...NONE, numbers: ["notes.stars"] },
    },
    {
      table: "notes",
      via: "user_id",
      timed: false,
      own: { ...NONE, numbers: ["notes.stars"], texts: ["notes.sku"] },
      reach: plus(ITEMS, USERS),
    },
    {
      table: "users",
      via: "referrer",
      timed: true,
      own: USERS,
      reach: {
        ...NONE,
        nested: ["COUNT(events.* VIA host_id, %)", "AVG(events.v VIA user_id, %)"],
      },
    },
  ];
}

const order = fc.constantFrom("=", "!=", "<", "<=", ">", ">=");
const constant = fc.constantFrom("0", "1", "2", "3", "0.25", "-1.5");
const date = fc.nat(20).map((n) => new Date(ORIGIN + n * 24 * HOUR).toISOString().slice(0, 10));
const word = fc.constantFrom("'a'", "'b'", "'ab'", "''", "'A'");
const pick = (items: readonly string[]): Text => fc.constantFrom(...items);

/** Numbers made of others. */
function numbersOf(ground: Ground, leaves: Text): Text {
  const made: Text[] = [leaves, leaves];
  const leafOrConstant = fc.oneof(
    { arbitrary: leaves, weight: 3 },
    { arbitrary: constant, weight: 1 },
  );
  made.push(
    fc
      .tuple(leaves, fc.constantFrom("+", "-", "*", "/"), leafOrConstant)
      .map((parts) => `(${parts.join(" ")})`),
    leaves.map((leaf) => `-${leaf}`),
    leaves.map((leaf) => `ABS(${leaf})`),
    leaves.map((leaf) => `LOG(${leaf})`),
    fc.tuple(leaves, leafOrConstant).map(([a, b]) => `COALESCE(${a}, ${b})`),
  );
  if (ground.texts.length > 0) made.push(pick(ground.texts).map((leaf) => `LENGTH(${leaf})`));
  if (ground.times.length > 0) {
    made.push(
      fc
        .tuple(fc.constantFrom("YEAR", "MONTH", "WEEKDAY"), pick(ground.times))
        .map(([name, leaf]) => `${name}(${leaf})`),
    );
  }
  return fc.oneof(...made);
}

const textTests = fc.oneof(
  fc.tuple(order, word).map((parts) => parts.join(" ")),
  fc.constantFrom(
    "IN ('a', 'äb')",
    "NOT IN ('ab')",
    "LIKE '%b'",
    "LIKE '_b'",
    "LIKE 'a_'",
    "LIKE '%a%_'",
    "NOT LIKE '_%'",
    "BETWEEN 'a' AND 'b'",
    "CONTAINS 'a'",
    "STARTS WITH 'ä'",
    "IS NULL",
    "IS NOT NULL",
  ),
);
const numberTests = fc.oneof(
  fc.tuple(order, constant).map((parts) => parts.join(" ")),
  fc.constantFrom(
    "IN (0, 3)",
    "BETWEEN 0 AND 2.5",
    "NOT BETWEEN 1 AND 2",
    "IS NULL",
    "IS NOT NULL",
  ),
);
const timeTests = fc.oneof(
  fc.tuple(order, date).map((parts) => parts.join(" ")),
  order.map((operator) => `${operator} ANCHOR`),
  fc.tuple(date, date).map(([a, b]) => `BETWEEN ${a} AND ${b}`),
);

const logical = (leaf: Text): Text =>
  fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc
        .tuple(tie("node"), fc.constantFrom("AND", "OR"), tie("node"))
        .map(([a, op, b]) => `(${a} ${op} ${b})`),
      tie("node").map((node) => `NOT (${node})`),
    ),
  })).node;

const join = (...parts: readonly Text[]): Text =>
  fc.tuple(...parts).map((texts) => texts.join(" "));

/** Conditions over columns and nested aggregations. */
function conditionsOf(ground: Ground, window: Text): Text {
  const tests: Text[] = [];
  if (ground.numbers.length > 0) {
    const values = numbersOf(ground, pick(ground.numbers));
    tests.push(join(values, numberTests), join(values, order, pick(ground.numbers)));
  }
  if (ground.texts.length > 0) {
    const texts = fc.oneof(
      pick(ground.texts),
      fc.tuple(pick(ground.texts), pick(ground.texts)).map(([a, b]) => `COALESCE(${a}, ${b})`),
      pick(ground.texts).map((leaf) => `COALESCE(${leaf}, 'b')`),
    );
    tests.push(join(texts, textTests), join(texts, order, pick(ground.texts)));
  }
  if (ground.times.length > 0) {
    tests.push(
      join(pick(ground.times), timeTests),
      join(pick(ground.times), order, pick(ground.times)),
    );
  }
  if (ground.flags.length > 0) {
    tests.push(join(pick(ground.flags), fc.constantFrom("= TRUE", "!= TRUE", "IN (FALSE)")));
  }
  if (ground.lists.length > 0) {
    tests.push(
      join(pick(ground.lists), fc.constantFrom("CONTAINS 'x'", "NOT CONTAINS 'y'", "IS NULL")),
    );
  }
  if (ground.digits.length > 0) {
    const values = fc.oneof(
      pick(ground.digits),
      pick(ground.digits).map((leaf) => `COALESCE(${leaf}, '10')`),
    );
    tests.push(
      join(values, order, fc.constantFrom("'7'", "'10'", "9007199254740993")),
      join(values, order, pick(ground.digits)),
    );
  }
  if (ground.nested.length > 0) {
    const nested = fc.tuple(pick(ground.nested), window).map(([head, w]) => head.replace("%", w));
    tests.push(join(nested, numberTests), join(nested, numberTests));
  }
  return logical(fc.oneof(...tests));
}

const NUMERIC = ["SUM", "AVG", "MEDIAN"];
const ANY = ["COUNT", "COUNT_DISTINCT"];
const KEEP = ["MIN", "MAX", "FIRST", "LAST", "MODE"];

/** An aggregation by the type of its value. */
interface Aggregations {
  readonly numbers: Text;
  /** Numbers that rounding may change, so that nothing is compared with them. */
  readonly rough: Text;
  readonly texts: Text;
  readonly times: Text;
  readonly lists: Text;
}

function aggregationsOf(path: Path, window: Text, ahead: boolean): Aggregations {
  const whole = plus(path.own, path.reach);
  const where = fc.oneof(
    { arbitrary: fc.constant(""), weight: 1 },
    { arbitrary: conditionsOf(whole, window).map((condition) => ` WHERE ${condition}`), weight: 1 },
  );
  const close = (name: Text, argument: Text, middle = ""): Text =>
    fc.tuple(name, argument, where, window).map(([head, value, filter, w]) => {
      const end = path.timed ? `, ${w})` : ")";
      return `${head}(${value}${filter}${middle}${end}`;
    });
  // VIA stands after the first column of the aggregated table.
  const via = (leaf: string): string => `${leaf} VIA ${path.via}`;
  const own = { ...path.own, numbers: path.own.numbers.map(via) };
  const values = numbersOf({ ...NONE, texts: [], times: [] }, pick(own.numbers));
  const words = path.own.texts.map(via);
  const plain = path.own.texts.filter((leaf) => !leaf.endsWith(".sku")).map(via);
  const texts = words.length > 0 ? pick(words) : null;
  const times = path.own.times.length > 0 ? pick(path.own.times.map(via)) : null;
  const flags = path.own.flags.length > 0 ? pick(path.own.flags.map(via)) : null;
  const star = fc.constant(`${path.table}.* VIA ${path.via}`);
  const numbers: Text[] = [
    close(fc.constant("COUNT"), star),
    close(fc.constantFrom(...NUMERIC, ...ANY, ...KEEP), values),
    close(fc.constant("QUANTILE"), values, ", 0.25"),
  ];
  for (const others of [texts, times, flags]) {
    if (others) numbers.push(close(fc.constantFrom(...ANY), others));
  }
  if (flags) numbers.push(close(fc.constant("SUM"), flags));
  if (ahead && path.timed) numbers.push(close(fc.constant("TIME_TO_NEXT"), fc.oneof(star, values)));
  const digits = path.own.digits.map(via);
  const listable = [...path.own.texts.map(via), ...digits, ...own.numbers];
  const list = close(fc.constant("LIST_DISTINCT"), pick(listable));
  return {
    numbers: fc.oneof(...numbers),
    rough: close(fc.constantFrom("VARIANCE", "STDDEV"), values),
    texts: close(fc.constantFrom(...KEEP), pick(plain.length > 0 ? plain : own.numbers)),
    times: close(fc.constantFrom(...KEEP), times ?? pick(listable)),
    lists: list,
  };
}

const future = fc.constantFrom(
  "0, 10, days",
  "0, 3, weeks",
  "0, 1, months",
  "2, 90, hours",
  "1, 2, months",
  "3, 5, days",
  "0, 30, days",
);
const past = fc.constantFrom(
  "-INF, 0, days",
  "-10, 0, days",
  "-1, 0, months",
  "-90, -2, hours",
  "-INF, -2, days",
  "-2, -1, weeks",
);

/** Conditions on aggregations of a clause. */
function clauseOf(paths: readonly Path[], window: Text, ahead: boolean): Text {
  const tests = paths.flatMap((path) => {
    const { numbers, rough, texts, times } = aggregationsOf(path, window, ahead);
    const found = [
      join(numbersOf(NONE, numbers), numberTests),
      join(numbers, order, numbers),
      join(rough, fc.constantFrom("IS NULL", "IS NOT NULL")),
    ];
    if (path.own.texts.some((leaf) => !leaf.endsWith(".sku"))) found.push(join(texts, textTests));
    if (path.own.times.length > 0) found.push(join(times, timeTests));
    if (path.own.texts.length > 0) {
      const lists = listTexts(path, window);
      found.push(join(lists, fc.constantFrom("CONTAINS 'a'", "NOT CONTAINS 'A'", "IS NULL")));
    }
    return found;
  });
  return logical(fc.oneof(...tests));
}

function listTexts(path: Path, window: Text): Text {
  const end = (w: string): string => (path.timed ? `, ${w})` : ")");
  return fc
    .tuple(pick(path.own.texts), window)
    .map(([leaf, w]) => `LIST_DISTINCT(${leaf} VIA ${path.via}${end(w)}`);
}

/** Conditions on the entity's own columns and those of its parents. */
export const entityConditions: Text = conditionsOf(plus(USERS, REFERRERS), past);

/** Queries about users at anchors, with all clauses. */
export function userQueries(flags: Flags): Text {
  const paths = pathsOf(flags);
  const timed = paths.filter((path) => path.timed);
  const targets = fc.constantFrom(...timed).chain((path) => {
    const { numbers, rough, texts, lists } = aggregationsOf(path, future, true);
    const withColumns = fc.oneof(
      numbers,
      fc
        .tuple(numbers, fc.constantFrom("+", "*", "/"), fc.constantFrom("users.age", "2"))
        .map((p) => p.join(" ")),
    );
    const kinds: Text[] = [
      numbersOf(NONE, withColumns),
      rough,
      clauseOf([path], future, true),
      numbers.map((value) => `${value} FORECAST 3 TIMEFRAMES`),
      lists.map((value) => `${value} RANK TOP 2`),
      lists.map((value) => `${value} CLASSIFY`),
    ];
    if (path.own.texts.some((leaf) => !leaf.endsWith(".sku"))) {
      kinds.push(
        texts,
        texts.map((value) => `COALESCE(${value}, 'none')`),
      );
    }
    if (path.own.lists.length > 0 && path.table === "events") {
      kinds.push(
        future.map((w) => `LAST(events.tags VIA ${path.via}, ${w}) CLASSIFY`),
        future.map((w) => `LIST_DISTINCT(WEEKDAY(events.due VIA ${path.via}), ${w}) CLASSIFY`),
      );
    }
    return fc.oneof(...kinds);
  });
  const where = fc.oneof(
    clauseOf(paths, past, false),
    entityConditions,
    join(clauseOf(paths, past, false), fc.constant("OR"), entityConditions),
  );
  return fc
    .record({
      target: targets,
      where: mostlyNull(where),
      assuming: mostlyNull(clauseOf(timed, future, true)),
    })
    .map(({ target, where, assuming }) => {
      const assumed = assuming ? ` ASSUMING ${assuming}` : "";
      return `PREDICT ${target} FOR EACH users.id${where ? ` WHERE ${where}` : ""}${assumed}`;
    });
}

/** Queries without windows about users, each at a time of its own. */
export function staticQueries(flags: Flags): Text {
  const notes = pathsOf(flags).filter((path) => !path.timed);
  const target = fc.oneof(
    fc.constantFrom("users.age", "users.country", "users.plan VIA referrer", "users.tags CLASSIFY"),
    numbersOf(plus(USERS, REFERRERS), pick([...USERS.numbers, ...REFERRERS.numbers])),
    entityConditions,
    ...notes.map((path) => aggregationsOf(path, past, false).numbers),
  );
  const where = fc.oneof(entityConditions, clauseOf(notes, past, false));
  return fc.tuple(target, fc.option(where)).map(([value, condition]) => {
    const filter = condition ? ` WHERE ${condition}` : "";
    return `PREDICT ${value} FOR EACH users.id${filter}`;
  });
}

/** Queries about the seats, whose key is composite. */
export const seatQueries: Text = fc
  .tuple(
    fc.constantFrom("COUNT(bookings.*", "SUM(bookings.price", "MAX(users.age VIA line -> users.id"),
    future,
    fc.option(join(fc.constant("COUNT(bookings.* WHERE users.age > 1, -5, 0, days)"), numberTests)),
  )
  .map(([head, window, where]) => {
    const filter = where ? ` WHERE ${where}` : "";
    const target = head.startsWith("MAX")
      ? `MAX(bookings.price * users.age, ${window})`
      : `${head}, ${window})`;
    return `PREDICT ${target} FOR EACH (seats.line, seats.place)${filter}`;
  });

/** Features of users: values and conditions over what is past. */
export function userFeatures(flags: Flags): Text {
  const paths = pathsOf(flags);
  const own = plus(USERS, REFERRERS);
  const columns = [...own.numbers, ...own.texts, ...own.times, ...own.flags];
  const ofPaths = fc.constantFrom(...paths).chain((path) => {
    const { numbers, rough, texts, times } = aggregationsOf(path, past, false);
    const values = [numbersOf(NONE, numbers), numbers, rough, texts];
    if (path.own.times.length > 0) values.push(times);
    const mixed = fc.tuple(numbers, fc.constantFrom("+", "/"), fc.constantFrom("users.age", "2"));
    return fc.oneof(
      ...values,
      mixed.map((parts) => parts.join(" ")),
    );
  });
  return fc.oneof(
    { arbitrary: ofPaths, weight: 4 },
    { arbitrary: clauseOf(paths, past, false), weight: 2 },
    { arbitrary: entityConditions, weight: 1 },
    { arbitrary: pick([...columns, "WEEKDAY(ANCHOR)", "MONTH(ANCHOR) = 2"]), weight: 1 },
    { arbitrary: numbersOf(own, pick(own.numbers)), weight: 1 },
  );
}
