/** Trees without their places, for comparing what two texts mean. */

/** Copies a tree without spans and source. */
export function withoutPlaces(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutPlaces);
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => key !== "span" && key !== "source" && key !== "operatorSpan")
      .map(([key, value]) => [key, withoutPlaces(value)]),
  );
}
