/** One check of explanations, and how checks print. */
import { formatNumber, textTable } from "../core/pretty.js";

/** One check. */
export interface ExplanationCheck {
  readonly name: string;
  /** What it asks for, in words. */
  readonly asks: string;
  /** `null` where there was nothing to check. */
  readonly passed: boolean | null;
  /** What was measured, and what it is held against. */
  readonly measured: number | null;
  readonly limit: number;
  /** Predictions looked at. */
  readonly cases: number;
}

/**
 * Makes a check that the largest of some errors stays within a limit.
 *
 * @param name - what shall hold.
 * @param what - what the errors are.
 * @param errors - one per case.
 * @param limit - the largest allowed.
 */
export function atMost(
  name: string,
  what: string,
  errors: readonly number[],
  limit: number,
): ExplanationCheck {
  const measured = errors.length === 0 ? null : Math.max(...errors);
  return {
    name,
    asks: `${what}, at most`,
    passed: measured === null ? null : measured <= limit,
    measured,
    limit,
    cases: errors.length,
  };
}

/** Prints checks as a table. */
export function formatChecks(checks: readonly ExplanationCheck[]): string {
  const rows = checks.map(({ name, asks, passed, measured, limit, cases }) => [
    name,
    passed === null ? "nothing to check" : passed ? "holds" : "FAILS",
    `${asks} ${formatNumber(limit)}`,
    measured === null ? "-" : formatNumber(measured, 3),
    formatNumber(cases),
  ]);
  const header = ["check", "", "asks", "measured", "cases"];
  return textTable(header, rows, ["left", "left", "left", "right", "right"]);
}
