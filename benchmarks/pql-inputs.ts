/** Texts that try to break the reading of queries: noise, shuffled words, mutated queries, depth, length, odd characters. */
import type { Rng } from "../src/core/random.js";

const WORDS = [
  ..."PREDICT FOR EACH WHERE ASSUMING AT AS AND OR NOT IN BETWEEN LIKE IS NULL TRUE RANK TOP CLASSIFY FORECAST TIMEFRAMES VIA ANCHOR EXPLAIN EVALUATE CONTAINS".split(
    " ",
  ),
  ..."COUNT SUM AVG FIRST LIST_DISTINCT QUANTILE TIME_TO_NEXT EXISTS COALESCE( ABS( LOG( days months -INF".split(
    " ",
  ),
  ..."( ) , ; + - * / = != < <= > >= <> == -> . : % # -- /* */ ' \" ` \\".split(" "),
  ..."users.id users.age orders.* orders.amount orders.status items.price visits.guide_id user_id :p".split(
    " ",
  ),
  ..."0 1 30 -7 1.5 1e9 007 2023-01-02 12:30:00 'paid' `a b`.`c d` FOR\u00a0EACH\n".split(" "),
];

const NUMBERS = [
  "99999999999999999999",
  "-99999999999999999999",
  "9".repeat(400),
  `-${"9".repeat(400)}`,
  "1e999",
  "-1e-999",
  "0.".padEnd(400, "0").concat("1"),
  "9007199254740993",
  "2147483648",
  "-0",
  "00000000000",
  "9999-99-99",
  "0000-01-01",
  "1-1-1-1-1",
  "2024-02-29 99:99:99.999999999999",
];

const ODD = [
  "\u0000",
  "\u0007",
  "\u00a0",
  "\u00e9",
  "\u0301",
  "\u200b",
  "\u2028",
  "\u202e",
  "\u3000",
  "\ud800",
  "\udc00",
  "\ufeff",
  "\uffff",
  "’",
  "−",
  "≥",
  "数",
  "👩‍👩‍👧",
  "𝒳",
];

const OPENERS = [
  "(",
  "NOT (",
  "- ",
  "NOT ",
  "ABS(",
  "COUNT(orders.* WHERE ",
  "users.id IN (",
  "/*",
];

const CHAINS = [
  " AND users.age = 1",
  " OR NOT users.age > 2",
  " + 1",
  " * users.age",
  ", 1",
  ", (1, 2)",
  ", users.age AS a",
  " -> user_id",
];

/**
 * Makes one text.
 *
 * @param rng - the random stream.
 * @param seeds - queries to start from, at least one.
 */
export function fuzzInput(rng: Rng, seeds: readonly string[]): string {
  switch (rng.int(8)) {
    case 0:
      return noise(rng);
    case 1:
      return words(rng);
    case 2:
      return nested(rng, pick(rng, seeds));
    case 3:
      return chained(rng, pick(rng, seeds));
    case 4:
      return pick(rng, seeds).replace(/\d+/g, (digits) =>
        rng.int(3) === 0 ? pick(rng, NUMBERS) : digits,
      );
    case 5:
      return strewn(rng, pick(rng, seeds));
    default:
      return mutated(rng, seeds);
  }
}

function pick<T>(rng: Rng, from: readonly T[]): T {
  return from[rng.int(from.length)]!;
}

function noise(rng: Rng): string {
  const wide = rng.int(2) === 0;
  const codes = Array.from({ length: rng.int(120) }, () => rng.int(wide ? 0x10000 : 128));
  return String.fromCharCode(...codes);
}

function words(rng: Rng): string {
  const glue = pick(rng, [" ", " ", "", "\n"]);
  return Array.from({ length: rng.int(40) }, () => pick(rng, WORDS)).join(glue);
}

function nested(rng: Rng, seed: string): string {
  const opener = pick(rng, OPENERS);
  const depth = rng.int(4) === 0 ? rng.int(2000) : rng.int(130);
  const closers = opener.includes("(") ? ")".repeat(rng.int(2) === 0 ? depth : rng.int(10)) : "";
  const at = rng.int(seed.length + 1);
  return `${seed.slice(0, at)}${opener.repeat(depth)}${pick(rng, ["1", "users.age", "users.age = 1", ""])}${closers}${seed.slice(at)}`;
}

function chained(rng: Rng, seed: string): string {
  const at = rng.int(seed.length + 1);
  return `${seed.slice(0, at)}${pick(rng, CHAINS).repeat(rng.int(260))}${seed.slice(at)}`;
}

/** Puts odd characters between the others. */
function strewn(rng: Rng, seed: string): string {
  let text = seed;
  for (let i = 0; i <= rng.int(4); i++) {
    const at = rng.int(text.length + 1);
    text = `${text.slice(0, at)}${pick(rng, ODD)}${text.slice(at)}`;
  }
  return text;
}

/** Applies some small changes, as hands and editors make them. */
function mutated(rng: Rng, seeds: readonly string[]): string {
  let text = pick(rng, seeds);
  for (let i = 0; i <= rng.int(5); i++) text = mutate(rng, text, seeds);
  return text;
}

function mutate(rng: Rng, text: string, seeds: readonly string[]): string {
  const at = rng.int(text.length + 1);
  const end = Math.min(text.length, at + rng.int(12));
  switch (rng.int(7)) {
    case 0:
      return text.slice(0, at) + text.slice(end);
    case 1:
      return text.slice(0, end) + text.slice(at);
    case 2:
      return `${text.slice(0, at)} ${pick(rng, WORDS)} ${text.slice(at)}`;
    case 3:
      return text.slice(0, at) + String.fromCharCode(32 + rng.int(95)) + text.slice(at + 1);
    case 4:
      return text.slice(0, at);
    case 5: {
      const other = pick(rng, seeds);
      return text.slice(0, at) + other.slice(rng.int(other.length + 1));
    }
    default:
      return swapWords(rng, text);
  }
}

function swapWords(rng: Rng, text: string): string {
  const parts = text.split(/(\s+)/);
  const [i, j] = [rng.int(parts.length), rng.int(parts.length)];
  const kept = parts[i]!;
  parts[i] = parts[j]!;
  parts[j] = kept;
  return parts.join("");
}
