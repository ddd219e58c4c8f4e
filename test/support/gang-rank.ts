/** A rank of a gang as a program, for tests: `gang-rank.ts MODE …`; it says what it found on its last line. */
import { createHash } from "node:crypto";
import { RelError } from "../../src/core/errors.js";
import { joinGang } from "../../src/scale/gang.js";
import { numbersOf } from "./gang-numbers.js";

const [mode, ...args] = process.argv.slice(2);

async function sums(): Promise<string> {
  const gang = (await joinGang(process.env, { joinTimeout: Number(args[1] ?? 20_000) }))!;
  const digest = createHash("sha256");
  for (let round = 0; round < Number(args[0]); round++) {
    if (mode === "dies" && gang.rank === 1 && round === 3) process.kill(process.pid, "SIGKILL");
    const values = numbersOf(gang.rank, round);
    gang.sum(values);
    digest.update(new Uint8Array(values.buffer));
  }
  await gang.close();
  return digest.digest("hex");
}

/** Fits a network on a folder, saves nothing, and says what it predicts; rank 1 dies after some epochs where asked to. */
async function train(): Promise<string> {
  const [data, checkpoint, dieAfter] = args as [string, string, string];
  const { Database } = await import("../../src/data/database.js");
  const { Predictor } = await import("../../src/predictor.js");
  const gang = await joinGang(process.env, { joinTimeout: 20_000 });
  const db = await Database.open(data);
  const predictor = await Predictor.fit(
    db,
    "PREDICT COUNT(SESSIONS.*, 0, 30, days) FOR EACH USERS.USER_ID",
    {
      experts: ["gnn"],
      epochs: 3,
      maxRows: 400,
      refit: false,
      gang,
      model: { dropout: 0 },
      backend: "wasm",
      ...(checkpoint !== "-" && { checkpoint }),
      onProgress: ({ stage, done }) => {
        if (stage === "train" && gang?.rank === 1 && done === Number(dieAfter)) {
          process.kill(process.pid, "SIGKILL");
        }
      },
    },
  );
  const { values } = await predictor.predict();
  await gang?.close();
  if (values.kind !== "regression") throw new Error("a count is a number");
  const numbers = values.point;
  const digest = createHash("sha256").update(new Uint8Array(numbers.buffer)).digest("hex");
  const few = Array.from(numbers.subarray(0, 40));
  return JSON.stringify({ digest, few });
}

try {
  process.stdout.write(`${mode === "train" ? await train() : await sums()}\n`);
} catch (error) {
  process.stdout.write(`${error instanceof RelError ? error.format() : String(error)}\n`);
  process.exit(9);
}
