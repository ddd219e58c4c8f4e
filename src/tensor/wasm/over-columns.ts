/** Loops over the columns of a row, shared by the functions of row maps. */
import { type Code, doTimes, i32, type Local } from "./assembler.js";

/** Vectors handled at a time, kept in registers: 32 columns. */
export const HELD = 8;

/**
 * Goes over the columns of a row: as many vectors as are held, then one by one, then number by number.
 *
 * @param columns - their number; `left` counts down, and `skip` is set to 0 for the code to move on.
 * @param vectors - the code for that many vectors, pointers moved on.
 * @param single - the code for one number, pointers moved on.
 */
export function overColumns(
  columns: Local<"i32">,
  left: Local<"i32">,
  skip: Local<"i32">,
  vectors: (count: number) => readonly Code[],
  single: readonly Code[],
): Code[] {
  return [
    skip.set(i32.const(0)),
    left.set(i32.shiftRight(columns, i32.const(5))),
    doTimes(left, ...vectors(HELD)),
    left.set(i32.and(i32.shiftRight(columns, i32.const(2)), i32.const(7))),
    doTimes(left, ...vectors(1)),
    left.set(i32.and(columns, i32.const(3))),
    doTimes(left, ...single),
  ];
}
