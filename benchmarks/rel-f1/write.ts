/** `npm run -s rel-f1 -- --out DIR`: writes rel-f1 as Parquet with its schema.json. */
import { parseArgs } from "node:util";
import { writeRelF1 } from "./build.js";

const { values } = parseArgs({ options: { out: { type: "string" } } });
if (values.out === undefined) {
  console.error("usage: npm run -s rel-f1 -- --out DIR");
  process.exit(2);
}
for (const table of await writeRelF1(values.out)) {
  console.error(`${table.name}: ${table.rows} rows, ${table.columns} columns`);
}
