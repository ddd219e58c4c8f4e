/** Reads `schema.json`. */
import { readFile } from "node:fs/promises";
import { DataError } from "../../core/errors.js";
import { lineColumn } from "../../core/span.js";
import type { SchemaOverrides, TableOverrides } from "../schema-file.js";
import { checkSettings } from "../settings.js";
import { findJsonFault } from "./json-position.js";
import { unreadable } from "./unreadable.js";

/**
 * Reads the settings of a database.
 *
 * @param path - the file.
 * @throws {@link DataError} DAT201 or DAT205 if it cannot be read, DAT210 if it is no JSON, with line and column;
 * SchemaError SCH103 to SCH105 if a setting is unknown or of the wrong type.
 */
export async function readSchemaFile(path: string): Promise<SchemaOverrides> {
  let text: string;
  try {
    text = (await readFile(path, "utf8")).replace(/^\uFEFF/, "");
  } catch (cause) {
    throw unreadable(path, cause);
  }
  let settings: unknown;
  try {
    settings = JSON.parse(text);
  } catch (cause) {
    throw notJson(path, text, cause);
  }
  return checkSettings(settings, path);
}

function notJson(path: string, text: string, cause: unknown): DataError {
  const fault = findJsonFault(text) ?? { offset: 0, expected: "JSON" };
  const { line, column } = lineColumn(text, fault.offset);
  const found = text[fault.offset] === undefined ? "the end" : `\`${text[fault.offset]}\``;
  const message = `\`${path}\` is no JSON: line ${line}, column ${column}: expected ${fault.expected}, found ${found}`;
  return new DataError("DAT210", message, {
    at: { file: path },
    span: { start: fault.offset, end: fault.offset + 1 },
    source: text,
    hint: "JSON takes no comments and no comma after the last item",
    cause,
  });
}

/**
 * Lays settings over others, setting by setting.
 *
 * @param base - such as the folder's `schema.json`.
 * @param over - settings that win.
 */
export function mergeSettings(base: SchemaOverrides, over: SchemaOverrides): SchemaOverrides {
  const tables: Record<string, TableOverrides> = { ...base.tables };
  for (const [name, settings] of Object.entries(over.tables ?? {})) {
    tables[name] = { ...(Object.hasOwn(tables, name) ? tables[name] : {}), ...settings };
  }
  return { tables };
}
