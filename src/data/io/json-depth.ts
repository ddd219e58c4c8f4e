/** How deep JSON is nested: beyond a bound the engine's own stack overflows, which would end the process. */
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { DataError } from "../../core/errors.js";

/** Lists and objects within one another, at most. */
export const DEEPEST_JSON = 1000;

const BLOCK = 1 << 20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Makes sure that a file of JSON is not nested too deeply.
 *
 * @param path - the file.
 * @throws {@link DataError} DAT221 with the place where it is.
 */
export async function checkJsonDepth(path: string): Promise<void> {
  const file = await open(path);
  try {
    const block = Buffer.alloc(BLOCK);
    let depth = 0;
    let inText = false;
    let escaped = false;
    for (let start = 0; ; ) {
      const { bytesRead } = await file.read(block, 0, BLOCK, start);
      if (bytesRead === 0) return;
      for (let i = 0; i < bytesRead; i++) {
        const byte = block[i]!;
        if (inText) {
          if (escaped) escaped = false;
          else if (byte === BACKSLASH) escaped = true;
          else if (byte === QUOTE) inText = false;
        } else if (byte === QUOTE) inText = true;
        // `[` and `{`, `]` and `}`, differ in one bit.
        else if ((byte | 0x20) === 0x7b) {
          if (++depth > DEEPEST_JSON) throw tooDeep(path, start + i);
        } else if ((byte | 0x20) === 0x7d && depth > 0) depth--;
      }
      start += bytesRead;
    }
  } finally {
    await file.close();
  }
}

function tooDeep(path: string, at: number): DataError {
  const name = basename(path);
  const message = `\`${name}\` is nested more than ${DEEPEST_JSON} deep at byte ${at}`;
  return new DataError("DAT221", message, {
    at: { file: name },
    hint: "a record holds values, lists and objects; a text in place of the deep part is read too",
  });
}
