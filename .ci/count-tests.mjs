/**
 * Prints how many tests passed and failed, as two numbers, from the file of vitest's JSON reporter; what failed goes to the
 * error stream, with the first lines of why.
 */
import { readFileSync } from "node:fs";

const LINES = 12;
const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
let brokenFiles = 0;
for (const file of report.testResults.filter(({ status }) => status === "failed")) {
  const failed = file.assertionResults.filter(({ status }) => status === "failed");
  for (const { fullName, failureMessages } of failed) {
    console.error(`${file.name}: ${fullName}\n${beginningOf(failureMessages.join("\n"))}`);
  }
  if (failed.length > 0) continue;
  brokenFiles += 1;
  console.error(`${file.name}: ${beginningOf(file.message)}`);
}
console.log(`${report.numPassedTests} ${report.numFailedTests + brokenFiles}`);

function beginningOf(message) {
  return message.split("\n").slice(0, LINES).join("\n");
}
