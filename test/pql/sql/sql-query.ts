/** Random queries over a random database, of every part of the language; some do not bind, and are left out by their user. */
import fc from "fast-check";
import { type Kind, ORIGIN, type Pick, type World } from "./sql-world.js";

const DAY = 86_400_000;

/** What a place in a query can name. */
interface Scope {
  readonly world: readonly World[];
  /** The joined tables: outside of aggregations the entity table alone. */
  readonly tables: readonly World[];
  /** A window for aggregations; `null` = no aggregations here. */
  readonly window: (() => string) | null;
  readonly columns: boolean;
  /** Whether columns of parents can be named. */
  readonly far: boolean;
  readonly depth: number;
}

type Type = "number" | "text" | "boolean" | "time" | "list";

const TYPE_OF: Readonly<Record<Kind, Type>> = {
  number: "number",
  integer: "number",
  text: "text",
  digits: "text",
  boolean: "boolean",
  time: "time",
  list: "list",
};

/** Picks a query's text. */
export function pickQuery(g: Pick, world: readonly World[]): string {
  const one = <T>(...options: readonly T[]): T => g(fc.constantFrom<T[]>, ...options);
  const chance = (share: number): boolean => g(fc.nat, { max: share - 1 }) === 0;

  const entity = one(...world.filter(({ primaryKey }) => primaryKey !== null), world[0]!);
  const future = (): string => {
    const start = chance(2) ? 0 : g(fc.nat, { max: 3 });
    const end = start + 1 + g(fc.nat, { max: 6 });
    return `${start}, ${end}, ${one("days", "days", "weeks", "months", "hours", "quarters")}`;
  };
  const past = (): string => {
    const end = g(fc.nat, { max: 2 });
    if (chance(3)) return `-INF, ${-end}, days`;
    return `${-end - 1 - g(fc.nat, { max: 9 })}, ${-end}, ${one("days", "weeks", "months", "hours")}`;
  };

  /** The links from a table in both directions: how VIA spells them, and where they lead. */
  const links = (from: World): { spelled: string; to: World; up: boolean }[] => [
    ...Object.entries(from.foreignKeys).map(([key, to]) => ({
      spelled: `${from.name}.${name(key)}`,
      to: world.find((table) => table.name === to)!,
      up: true,
    })),
    ...world.flatMap((to) =>
      Object.entries(to.foreignKeys)
        .filter(([, target]) => target === from.name)
        .map(([key]) => ({ spelled: `${to.name}.${name(key)}`, to, up: false })),
    ),
  ];
  const name = (key: string): string => (key.includes("+") ? `\`${key}\`` : key);

  /** A path from some table to the owner, one to three links long. */
  const path = (owner: World): { tables: World[]; via: string } | null => {
    const found: { tables: World[]; via: string[]; up: boolean }[] = [];
    const walk = (tables: World[], via: string[], up: boolean): void => {
      const last = tables.at(-1)!;
      if (via.length > 0 && up && last === owner) found.push({ tables, via, up });
      if (via.length === 3) return;
      for (const link of links(last)) {
        if (via.at(-1) === link.spelled) continue;
        walk([...tables, link.to], [...via, link.spelled], up || link.up);
      }
    };
    for (const table of world) walk([table], [], false);
    const short = found.filter(({ via }) => via.length === 1);
    const among = short.length > 0 && !chance(3) ? short : found;
    if (among.length === 0) return null;
    const { tables, via } = one(...among);
    return { tables, via: chance(3) && via.length === 1 ? "" : ` VIA ${via.join(" -> ")}` };
  };

  const column = (scope: Scope, type: Type): string | null => {
    const own = scope.tables.map((table) => ({ table, via: "" }));
    const parents = scope.tables.flatMap((table) =>
      links(table)
        .filter((link) => link.up)
        .map((link) => ({ table: link.to, via: ` VIA ${link.spelled}` })),
    );
    const places = scope.far && chance(3) ? [...own, ...parents] : own.slice(0, 1);
    const options = places.flatMap(({ table, via }) =>
      table.columns
        .filter(({ kind }) => TYPE_OF[kind] === type)
        .map((column) => `${table.name}.${column.name}${via}`),
    );
    return options.length === 0 ? null : one(...options);
  };

  /** An aggregation of a type over the rows of a path to the owner. */
  const aggregation = (scope: Scope, type: Type): string | null => {
    const found = path(scope.tables[0]!);
    if (found === null || scope.window === null) return null;
    const { tables, via } = found;
    const base = tables[0]!;
    const timed = tables.slice(0, -1).some(({ timeColumn }) => timeColumn !== null);
    const deeper = scope.depth < 1 && chance(6);
    const inside: Scope = {
      ...scope,
      tables,
      window: deeper ? scope.window : null,
      columns: true,
      far: true,
      depth: scope.depth + 1,
    };
    const where = chance(3) ? ` WHERE ${condition(inside, 0)}` : "";
    const close = timed ? `, ${scope.window()})` : ")";
    const of = (type: Type): string | null => {
      const found = column({ ...scope, tables: [base], far: false }, type);
      if (found === null) return null;
      if (type !== "number" || !chance(4)) return `${found}${via}`;
      const other = value({ ...inside, window: null }, "number", 1);
      return other && `${found}${via} ${one("+", "-", "*", "/")} ${other}`;
    };
    const made = (head: string, arg: string | null, extra = ""): string | null =>
      arg && `${head}(${arg}${where}${extra}${close}`;
    const listed = (): string | null => {
      const keys = Object.keys(base.foreignKeys).flatMap((key) => key.split("+"));
      if (keys.length === 0 || chance(2)) return of(one("text", "number", "time", "boolean"));
      return `${base.name}.${one(...keys)}${via}`;
    };
    const same = one("MIN", "MAX", "FIRST", "LAST", "MODE");
    switch (type) {
      case "number": {
        const choice = g(fc.nat, { max: 6 });
        if (choice === 0) return made("COUNT", `${base.name}.*${via}`);
        if (choice === 1) {
          return made(one("COUNT", "COUNT_DISTINCT"), of(one("text", "time", "boolean", "number")));
        }
        if (choice === 2) {
          return timed
            ? made("TIME_TO_NEXT", chance(2) ? `${base.name}.*${via}` : of("number"))
            : null;
        }
        if (choice === 3) return made("QUANTILE", of("number"), `, ${one("0", "0.3", "0.9", "1")}`);
        if (choice === 4) {
          return made(one("SUM", "AVG", "MEDIAN"), of("boolean"));
        }
        if (choice === 5) return made(same, of("number"));
        return made(one("SUM", "AVG", "MEDIAN", "STDDEV", "VARIANCE"), of("number"));
      }
      case "text":
      case "boolean":
      case "time":
        return made(same, of(type));
      case "list":
        return chance(4) ? made(one("FIRST", "LAST"), of("list")) : made("LIST_DISTINCT", listed());
    }
  };

  /** A value that is no constant. */
  const leaf = (scope: Scope, type: Type): string | null => {
    const options = [
      ...(scope.columns ? [() => column(scope, type)] : []),
      ...(scope.window ? [() => aggregation(scope, type)] : []),
    ];
    return options.length === 0 ? null : one(...options)();
  };

  const value = (scope: Scope, type: Type, depth: number): string | null => {
    if (depth > 0 || !chance(4)) return leaf(scope, type);
    const inner = (type: Type): string | null => value(scope, type, depth + 1);
    switch (type) {
      case "number": {
        const [a, b, text, time] = [inner("number"), inner("number"), inner("text"), inner("time")];
        return one(
          a && b && `(${a} ${one("+", "-", "*", "/")} ${b})`,
          a && `(${a} ${one("+", "-", "*", "/")} ${one("2", "0.5", "0", "-3")})`,
          a && `(${one("2", "0.5", "-3")} ${one("+", "-", "*", "/")} ${a})`,
          a && `(-(${a}))`,
          a && `ABS(${a})`,
          a && `LOG(${a})`,
          a && `COALESCE(${a}, ${b ?? "1"}, ${one("0", "2.5")})`,
          text && `LENGTH(${text})`,
          time && `${one("YEAR", "MONTH", "WEEKDAY")}(${time})`,
        );
      }
      case "text": {
        const [a, b] = [inner("text"), inner("text")];
        return a && `COALESCE(${a}, ${b ?? "'b'"}${chance(2) ? ", 'zz'" : ""})`;
      }
      case "time": {
        const [a, b] = [inner("time"), inner("time")];
        return a && `COALESCE(${a}, ${b ?? "ANCHOR"}, ANCHOR)`;
      }
      default:
        return leaf(scope, type);
    }
  };

  const date = (): string =>
    new Date(ORIGIN + g(fc.nat, { max: 20 }) * DAY).toISOString().slice(0, 10);
  const order = (): string => one("=", "!=", "<", "<=", ">", ">=");
  const number = (): string => one("0", "1", "2", "3", "0.25", "-1.5", "4");
  const text = (): string => one("'a'", "'b'", "'ab'", "''", "'0'", "'Ünï_%'");
  const digits = (): string => one("9007199254740993", "9007199254740995");

  /** An item that a list can hold, by the words of what is listed. */
  const itemOf = (subject: string): string => {
    const listed = /^LIST_DISTINCT\(\w+\.(\w+)/.exec(subject)?.[1];
    const kind = world.flatMap(({ columns }) => columns).find(({ name }) => name === listed)?.kind;
    switch (kind && TYPE_OF[kind]) {
      case "number":
        return number();
      case "boolean":
        return "TRUE";
      case "time":
        return date();
      default:
        return kind === "digits" && chance(2) ? digits() : one("'a'", "'b'", "'0'");
    }
  };

  const testOf = (scope: Scope, type: Type, subject: string): string => {
    if (chance(5)) return one("IS NULL", "IS NOT NULL");
    if (type !== "boolean" && type !== "list" && chance(4)) {
      const other = type === "time" && chance(2) ? "ANCHOR" : value(scope, type, 1);
      if (other) return `${order()} ${other}`;
    }
    switch (type) {
      case "number":
        return one(
          `${order()} ${number()}`,
          `IN (${number()}, ${number()})`,
          `NOT IN (1, 2.5)`,
          `${one("", "NOT ")}BETWEEN 0 AND ${number()}`,
        );
      case "boolean":
        return one("= TRUE", "!= TRUE", "= FALSE", "IN (FALSE, TRUE)");
      case "time":
        return one(`${order()} ${date()}`, `BETWEEN ${date()} AND ${date()}`);
      case "list":
        return `${one("CONTAINS", "NOT CONTAINS")} ${itemOf(subject)}`;
      case "text":
        if (/\.(sku|item_id)/.test(subject) && chance(2)) return `${order()} ${digits()}`;
        return one(
          `${order()} ${text()}`,
          `${one("CONTAINS", "NOT CONTAINS", "STARTS WITH", "ENDS WITH")} ${text()}`,
          `${one("", "NOT ")}IN ('a', 'DE')`,
          `BETWEEN 'a' AND ${text()}`,
          `${one("", "NOT ")}LIKE ${one("'a_'", "'_'", "'%b'", "'_n_%'", "'a%b'", "'%'", "''", "'_%_%'")}`,
        );
    }
  };

  const condition = (scope: Scope, depth: number): string => {
    if (depth < 2 && chance(4)) {
      const a = condition(scope, depth + 1);
      const b = condition(scope, depth + 1);
      return one(`(${a} AND ${b})`, `(${a} OR ${b})`, `NOT (${a})`);
    }
    const type = one<Type>("number", "text", "boolean", "time", "list", "number", "number");
    const subject = value(scope, type, 0);
    return subject === null
      ? condition(scope, Math.min(2, depth + 1))
      : `${subject} ${testOf(scope, type, subject)}`;
  };

  const base = { world, tables: [entity], far: true, depth: 0 };
  const isStatic = chance(4);
  const target: Scope = isStatic
    ? { ...base, window: future, columns: true }
    : { ...base, window: future, columns: false };
  const kind = g(fc.nat, { max: 5 });
  const valueType = one<Type>("number", "number", "text", "boolean");
  const pickTarget = (): string | null =>
    kind < 3
      ? value(target, valueType, 0)
      : kind === 3
        ? leaf(target, "list")
        : condition(target, 0);
  const wanted = pickTarget() ?? pickTarget() ?? condition(target, 0);
  const forecast = kind < 2 && valueType === "number" && !isStatic && chance(2);
  const problem = forecast
    ? " FORECAST 3 TIMEFRAMES"
    : kind === 3
      ? one(" RANK TOP 3", " CLASSIFY")
      : "";
  const keys = entity.primaryKey!.map((key) => `${entity.name}.${key}`);
  const where = chance(2) ? "" : ` WHERE ${condition({ ...base, window: past, columns: true }, 0)}`;
  const assuming =
    isStatic || !chance(4)
      ? ""
      : ` ASSUMING ${condition({ ...base, window: future, columns: false }, 0)}`;
  const key = keys.length === 1 ? keys[0] : `(${keys.join(", ")})`;
  return `PREDICT ${wanted}${problem} FOR EACH ${key}${where}${assuming}`;
}
