/** Finds where a broken JSON text breaks; Node's own messages do not always say. */
import { DEEPEST_JSON } from "./json-depth.js";

/**
 * Finds the first place where a text stops being JSON.
 *
 * @param text - the text.
 * @returns the UTF-16 offset and what was expected there, or `null` where the text is JSON.
 */
export function findJsonFault(text: string): { offset: number; expected: string } | null {
  let at = 0;
  let depth = 0;
  let fault: { offset: number; expected: string } | null = null;
  const fail = (expected: string): false => {
    fault ??= { offset: at, expected };
    return false;
  };
  const blanks = (): void => {
    while (" \t\n\r".includes(text[at] ?? "x")) at++;
  };
  const token = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) return false;
    at = pattern.lastIndex;
    return true;
  };
  const textValue = (): boolean => token(/"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy);
  const items = (close: string, item: () => boolean): boolean => {
    at++;
    blanks();
    if (text[at] === close) {
      at++;
      return true;
    }
    for (;;) {
      blanks();
      if (!item()) return false;
      blanks();
      if (text[at] === close) {
        at++;
        return true;
      }
      if (text[at] !== ",") return fail(`, or ${close}`);
      at++;
    }
  };
  const member = (): boolean => {
    if (!textValue()) return fail('a name in "quotes"');
    blanks();
    if (text[at] !== ":") return fail(":");
    at++;
    blanks();
    return value();
  };
  const value = (): boolean => {
    if (text[at] === "{" || text[at] === "[") {
      if (++depth > DEEPEST_JSON) return fail("less nesting");
      const whole = text[at] === "{" ? items("}", member) : items("]", value);
      depth--;
      return whole;
    }
    return (
      textValue() ||
      token(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/y) ||
      fail("a value")
    );
  };
  blanks();
  if (value()) {
    blanks();
    if (at < text.length) fail("the end of the file");
  }
  return fault;
}
