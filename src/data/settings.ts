/** The form of `schema.json`: every setting is known and has the right type, before it meets the tables. */
import { SchemaError } from "../core/errors.js";
import { suggestHint } from "../core/suggest.js";
import type { SchemaOverrides, TableOverrides } from "./schema-file.js";
import { isStype, STYPES } from "./stype.js";

type Setting = keyof TableOverrides;

interface Form {
  readonly expects: string;
  readonly fits: (value: unknown) => boolean;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isTextRecord = (value: unknown): boolean =>
  isRecord(value) && Object.values(value).every(isText);

const COLUMN_OR_NULL: Form = {
  expects: "a column name or null",
  fits: (value) => value === null || isText(value),
};
const FORMS: Readonly<Record<Setting, Form>> = {
  primaryKey: {
    expects: "a column name, a list of column names or null",
    fits: (value) => value === null || isText(value) || isTexts(value),
  },
  timeColumn: COLUMN_OR_NULL,
  endTimeColumn: COLUMN_OR_NULL,
  foreignKeys: { expects: "an object of column to table", fits: isTextRecord },
  stypes: { expects: "an object of column to stype", fits: isTextRecord },
  units: { expects: "an object of column to unit", fits: isTextRecord },
  knownFrom: { expects: "an object of column to time column", fits: isTextRecord },
  exclude: {
    expects: "true, false or a list of column names",
    fits: (value) => typeof value === "boolean" || isTexts(value),
  },
  nullValues: { expects: "a list of texts", fits: isTexts },
  files: {
    expects: "a pattern or a list of patterns",
    fits: (value) => isText(value) || isTexts(value),
  },
};

/**
 * Checks the form of settings that came from outside.
 *
 * @param value - what was read, such as a parsed `schema.json`.
 * @param file - the file it came from, for errors.
 * @returns the same settings, typed.
 * @throws {@link SchemaError} SCH103 for an unknown setting, SCH104 for a value of the wrong type, SCH105 for an
 * unknown stype.
 */
export function checkSettings(value: unknown, file?: string): SchemaOverrides {
  const place = file === undefined ? {} : { file };
  if (!isRecord(value)) throw wrongType("the settings", "an object", value, place);
  for (const key of Object.keys(value)) {
    if (key !== "tables" && key !== "$schema") throw unknownSetting(key, ["tables"], place);
  }
  const tables = value["tables"] ?? {};
  if (!isRecord(tables))
    throw wrongType("`tables`", "an object of table to settings", tables, place);
  for (const [table, settings] of Object.entries(tables)) {
    const at = { ...place, table };
    if (!isRecord(settings)) throw wrongType(`\`${table}\``, "an object of settings", settings, at);
    for (const [name, setting] of Object.entries(settings)) {
      if (!Object.hasOwn(FORMS, name)) throw unknownSetting(name, Object.keys(FORMS), at);
      const form = FORMS[name as Setting];
      if (setting !== undefined && !form.fits(setting)) {
        throw wrongType(`\`${name}\``, form.expects, setting, at);
      }
    }
    for (const [column, stype] of Object.entries((settings["stypes"] ?? {}) as object)) {
      if (isStype(stype as string)) continue;
      throw new SchemaError("SCH105", `\`${stype}\` is no stype`, {
        at: { ...at, column },
        hint: suggestHint(stype as string, STYPES, "stypes"),
      });
    }
  }
  return value as SchemaOverrides;
}

function unknownSetting(name: string, known: readonly string[], at: object): SchemaError {
  return new SchemaError("SCH103", `unknown setting \`${name}\``, {
    at,
    hint: suggestHint(name, known, "settings"),
  });
}

function wrongType(what: string, expects: string, found: unknown, at: object): SchemaError {
  const shown = JSON.stringify(found) ?? String(found);
  const short = shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
  return new SchemaError("SCH104", `${what} expects ${expects}, found ${short}`, {
    at,
    hint: 'write settings as { "tables": { "users": { "primaryKey": "id" } } }',
  });
}
