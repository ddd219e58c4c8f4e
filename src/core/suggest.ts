/** Near matches for misspelt names. */

/**
 * Finds the names closest to a misspelt one.
 *
 * @param name - what was written.
 * @param candidates - what exists.
 * @param limit - how many at most.
 * @returns the near matches, best first; empty where nothing is near.
 */
export function suggest(name: string, candidates: Iterable<string>, limit = 3): string[] {
  const wanted = name.toLowerCase();
  const names = [...candidates];
  const near = (distanceTo: (candidate: string) => number, allowed: (c: string) => number) =>
    names
      .map((candidate) => ({ candidate, distance: distanceTo(candidate.toLowerCase()) }))
      .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(allowed(candidate))))
      .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
      .slice(0, limit)
      .map(({ candidate }) => candidate);
  const whole = near(
    (candidate) => editDistance(wanted, candidate),
    (candidate) => Math.max(wanted.length, candidate.length) / 3,
  );
  if (whole.length > 0 || wanted.length < 4) return whole;
  // A word may be the misspelt beginning of a longer name: `duratn` of `duration_min`.
  return near(
    (candidate) =>
      Math.min(
        ...[0, 1].map((more) => editDistance(wanted, candidate.slice(0, wanted.length + more))),
      ),
    () => wanted.length / 4,
  );
}

/**
 * Writes the hint for an unknown name: the near match, then what exists.
 *
 * @param name - what was written.
 * @param candidates - what exists.
 * @param kind - the plural noun for the candidates, such as `tables`.
 * @returns a sentence without a full stop.
 */
export function suggestHint(name: string, candidates: readonly string[], kind: string): string {
  const near = suggest(name, candidates);
  const shown = candidates.slice(0, 12).join(", ") + (candidates.length > 12 ? ", …" : "");
  const known = candidates.length === 0 ? `there are no ${kind}` : `${kind}: ${shown}`;
  return near.length === 0 ? known : `did you mean \`${near[0]}\`? ${known}`;
}

/** Optimal string alignment distance: insertions, deletions, substitutions, swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(previous[j]! + 1, current[j - 1]! + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, beforePrevious[j - 2]! + 1);
      }
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length]!;
}
