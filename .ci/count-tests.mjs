/** Prints how many tests passed and failed, as two numbers, from the file of vitest's JSON reporter. */
import { readFileSync } from "node:fs";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
const brokenFiles = report.testResults.filter(
  (file) => file.status === "failed" && file.assertionResults.every((t) => t.status !== "failed"),
);
for (const { name, message } of brokenFiles) console.error(`${name}: ${message}`);
console.log(`${report.numPassedTests} ${report.numFailedTests + brokenFiles.length}`);
