/** Points of a part, made more or less. */
import type { PartConfig } from "./config.js";

/** Multiplies what a part gives. */
export function scalePart(part: PartConfig, factor: number): PartConfig {
  if (factor === 1) return part;
  const { missing, each } = part;
  return {
    ...part,
    points: cutPoints(part.points * factor),
    rules: part.rules.map((rule) => ({ ...rule, points: cutPoints(rule.points * factor) })),
    ...(missing !== undefined && { missing: cutPoints(missing * factor) }),
    ...(each !== undefined && { each: each * factor }),
  };
}

/** Two digits behind the point, cut off so that parts never give more than their category. */
export function cutPoints(points: number): number {
  return Math.floor(points * 100 + 1e-6) / 100;
}
