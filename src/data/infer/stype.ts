/** What a column means to a model, found from its kind, its name and its values. */
import type { Column, NumberColumn, StringColumn } from "../column.js";
import type { Stype } from "../stype.js";
import { keyName, nameWords } from "./names.js";
import { countValues, sampleRows, sampleTexts } from "./values.js";

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Words that make a small integer a code and not an amount. */
const CODE_WORDS = words(
  "type status code category class tier plan stage flag gender sex kind group state segment channel region country priority severity zip postal postcode zipcode version is has",
);
/** Words of columns that people write in. */
const PROSE_WORDS = words(
  "name title description desc comment comments note notes message body text subject summary bio about content feedback review question answer details reason headline abstract",
);
const IDENTIFIER =
  /^(?:https?:\/\/\S+|[^\s@]+@[^\s@]+\.[^\s@]+|(?=[^\s]*\d)[\w.:/#-]{2,64}|[0-9a-f]{8}-[0-9a-f-]{27})$/i;

/** Distinct values up to which strings are categories whatever their share. */
const FEW = 20;
/** Distinct values up to which strings that repeat are categories. */
const MANY = 1000;

/**
 * Finds a column's semantic type.
 *
 * @param column - the column.
 * @param isKey - whether it is part of the primary key or of a foreign key.
 * @returns the type; order of decision: id, timestamp, embedding, multicategorical, categorical, else by kind.
 * @see Kumo `infer_stype` (the same order); pytorch-frame `infer_df_stype` (cardinality rules).
 */
export function inferStype(column: Column, isKey: boolean): Stype {
  if (isKey && column.kind !== "list" && column.kind !== "vector") return "id";
  switch (column.kind) {
    case "timestamp":
      return "timestamp";
    case "boolean":
      return "categorical";
    case "list":
      return "multicategorical";
    case "vector":
      return "embedding";
    case "number":
      return numberStype(column);
    case "string":
      return stringStype(column);
  }
}

function numberStype(column: NumberColumn): Stype {
  if (!column.integer) return "numerical";
  const { ending } = keyName(column.name);
  const coded = nameWords(column.name).some((word) => CODE_WORDS.has(word));
  const { rows, nulls, distinct } = countValues(sampleRows(column));
  const present = rows - nulls;
  if (ending === "strong") {
    const repeated = distinct <= 100 && distinct * 4 <= present;
    return repeated || (coded && distinct <= 100) ? "categorical" : "id";
  }
  if (coded && distinct <= 100) return "categorical";
  return distinct <= 2 && present > 2 && isZeroOne(column) ? "categorical" : "numerical";
}

function isZeroOne({ values, validity }: NumberColumn): boolean {
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (value === 0 || value === 1) continue;
    if (validity === null || (validity[row >> 3]! & (1 << (row & 7))) !== 0) return false;
  }
  return true;
}

function stringStype(column: StringColumn): Stype {
  const { rows, nulls, distinct } = countValues(column);
  const present = rows - nulls;
  if (present === 0) return keyName(column.name).ending === "strong" ? "id" : "categorical";
  const texts = sampleTexts(column, 500);
  const meanLength = texts.reduce((sum, text) => sum + text.length, 0) / Math.max(1, texts.length);
  const spaced = texts.filter((text) => /\S\s+\S+\s+\S/.test(text)).length > texts.length / 2;
  const prose = nameWords(column.name).some((word) => PROSE_WORDS.has(word));
  const unique = distinct > 2 && distinct >= present * 0.98;
  const { ending } = keyName(column.name);
  const strongName = ending === "strong";
  if (column.int64) return "id";
  if (!prose && unique && (strongName || present > 4) && texts.every((t) => IDENTIFIER.test(t))) {
    return "id";
  }
  if (ending === "weak" && unique && present > 4 && !spaced) return "id";
  if (strongName && distinct > FEW && !spaced && texts.every((t) => IDENTIFIER.test(t)))
    return "id";
  const wordy = meanLength > 60 || (spaced && meanLength > 30) || (prose && distinct > present / 2);
  if (distinct <= FEW) {
    return wordy && distinct > present / 2 ? "text" : "categorical";
  }
  if (wordy && distinct > present * 0.05) return "text";
  return distinct <= MANY && distinct <= present * 0.3 ? "categorical" : "text";
}
