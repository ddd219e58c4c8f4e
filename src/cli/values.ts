/** Readers of option values; each complains in our words. */

import { suggest } from "../core/suggest.js";
import { requireDuration, requireTime, type Timestamp } from "../core/time.js";
import { wrongValue } from "./usage.js";

/** Reads an option that may be repeated. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/**
 * Makes a reader of whole numbers.
 *
 * @param option - its name, for the error.
 * @param min - the least number taken.
 * @param max - the greatest number taken.
 */
export function wholeNumber(
  option: string,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  const expected =
    max === Number.MAX_SAFE_INTEGER
      ? min === -max
        ? "a whole number"
        : `a whole number from ${min} on`
      : `a whole number from ${min} to ${max}`;
  return (text) => {
    const value = /^[+-]?\d+(?:_?\d+)*$/.test(text.trim())
      ? Number(text.trim().replaceAll("_", ""))
      : Number.NaN;
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw wrongValue(
      option,
      expected,
      text,
      `write \`${option} ${Math.max(min, 1)}\`, for instance`,
    );
  };
}

/**
 * Makes a reader of numbers.
 *
 * @param option - its name, for the error.
 * @param min - the number must be greater than this.
 * @param max - the number must be less than this.
 */
export function numberBetween(option: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (value > min && value < max) return value;
    const expected = `a number between ${min} and ${max}`;
    throw wrongValue(
      option,
      expected,
      text,
      `write \`${option} ${(min + max) / 2}\`, for instance`,
    );
  };
}

/**
 * Makes a reader of one of some words.
 *
 * @param option - its name, for the error.
 * @param words - what is taken.
 */
export function oneOf<Word extends string>(
  option: string,
  words: readonly Word[],
): (text: string) => Word {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    const [near] = suggest(text, words);
    const hint = near === undefined ? "choose one of them" : `did you mean \`${near}\`?`;
    throw wrongValue(option, words.join(", "), text, hint);
  };
}

/** Makes a reader of times; see {@link requireTime}. */
export function time(option: string): (text: string) => Timestamp {
  return (text) => requireTime(text, option);
}

/** Makes a reader of durations; see {@link requireDuration}. */
export function duration(option: string): (text: string) => ReturnType<typeof requireDuration> {
  return (text) => requireDuration(text, option);
}

/** Splits a list at commas; blanks around items and empty items go. */
export function splitList(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
