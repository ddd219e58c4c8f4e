/** `npm run -s rel-f1 -- --out DIR`: writes rel-f1 as Parquet with its schema.json. */
import { parseArgs } from "node:util";
import { writeRelF1 } from "./build.js";

const out = readOut();
if (out === null) {
  console.error("usage: npm run -s rel-f1 -- --out DIR");
  process.exitCode = 2;
} else {
  for (const table of await writeRelF1(out)) {
    console.error(`${table.name}: ${table.rows} rows, ${table.columns} columns`);
  }
}

function readOut(): string | null {
  try {
    return parseArgs({ options: { out: { type: "string" } } }).values.out ?? null;
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    return null;
  }
}
