/** Patterns of LIKE: `%` stands for any text, `_` for one character; all others for themselves. */

/**
 * Compiles a pattern.
 *
 * @param pattern - the pattern; there is no escape, and characters are code points.
 * @returns tells whether a text matches as a whole; time is at most the product of both lengths.
 */
export function compileLike(pattern: string): (text: string) => boolean {
  const segments = pattern.split("%").map((segment) => Array.from(segment));
  const first = segments[0]!;
  const last = segments.at(-1)!;
  const middle = segments.slice(1, -1);
  return (text) => {
    const characters = Array.from(text);
    if (!matchesAt(characters, first, 0)) return false;
    if (segments.length === 1) return characters.length === first.length;
    // Of the places for each segment the leftmost leaves most room for those after it.
    let from = first.length;
    for (const segment of middle) {
      while (from <= characters.length && !matchesAt(characters, segment, from)) from++;
      from += segment.length;
    }
    const tail = characters.length - last.length;
    return from <= tail && matchesAt(characters, last, tail);
  };
}

function matchesAt(
  characters: readonly string[],
  segment: readonly string[],
  from: number,
): boolean {
  if (from + segment.length > characters.length) return false;
  for (let i = 0; i < segment.length; i++) {
    if (segment[i] !== "_" && segment[i] !== characters[from + i]) return false;
  }
  return true;
}
