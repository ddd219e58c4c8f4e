/** Writes the values of signals, and plans, for people. */
import { formatNumber, textTable } from "../../src/core/pretty.js";
import { percent } from "../../src/core/words.js";
import { isTrend } from "./labels.js";
import type { Signal, SignalPlan } from "./types.js";

/**
 * Writes a value: `-54 %`, `3`, `12 days ago`, `premium`.
 *
 * @param signal - the signal.
 * @param value - its value; NaN is `none`.
 */
export function formatSignalValue(signal: Signal, value: number): string {
  if (Number.isNaN(value)) return "none";
  switch (signal.format) {
    case "category":
      return signal.categories?.[value] ?? "other";
    case "percent":
      if (!isTrend(signal.primitive)) return `${Math.round(value * 100)} %`;
      // From the symmetric form back to the change by the value before.
      return value > 2 - 1e-6 ? "from nothing" : percent((2 * value) / (2 - value));
    case "days": {
      const days = value >= 10 ? formatNumber(Math.round(value)) : formatNumber(value, 2);
      const isAgo = signal.primitive.kind === "sinceLast" || signal.primitive.kind === "sinceFirst";
      return `${days} ${days === "1" ? "day" : "days"}${isAgo ? " ago" : ""}`;
    }
    case "count":
      return formatNumber(value, 3);
    case "number":
    case "time":
      return signal.unit === null
        ? formatNumber(value, 3)
        : `${formatNumber(value, 3)} ${signal.unit}`;
  }
}

/**
 * Prints a plan: signals by family.
 *
 * @param plan - the plan.
 * @param limit - families at most.
 */
export function formatSignalPlan(plan: SignalPlan, limit = 40): string {
  const families = new Map<string, Signal[]>();
  for (const signal of plan.signals) {
    const members = families.get(signal.family);
    if (members) members.push(signal);
    else families.set(signal.family, [signal]);
  }
  const rows = [...families]
    .slice(0, limit)
    .map(([family, members]) => [family, String(members.length), members[0]!.label]);
  const title = `SignalPlan of ${plan.entityTable}: ${plan.signals.length} signals of ${families.size} families`;
  const rest = families.size > limit ? `\n… ${families.size - limit} more families` : "";
  return `${title}\n${textTable(["family", "signals", "such as"], rows, ["left", "right", "left"])}${rest}`;
}
