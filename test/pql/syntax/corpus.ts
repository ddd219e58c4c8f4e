/** The example corpus: blocks parted by `---`, each with a comment line of facts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One block of the corpus. */
export interface CorpusBlock {
  readonly number: number;
  readonly text: string;
  /** ok, deprecated, legacy, semantic-error or syntax-error. */
  readonly verdict: string;
  readonly task: string | undefined;
}

/** Reads `test/golden/pql-corpus.txt`. */
export function readCorpus(): CorpusBlock[] {
  const file = join(import.meta.dirname, "../../golden/pql-corpus.txt");
  return readFileSync(file, "utf8")
    .split(/^---$/m)
    .map((text, i) => {
      const header = /^# .*$/m.exec(text)?.[0] ?? "";
      return {
        number: i + 1,
        text: text.trim(),
        verdict: /class: ([\w-]+)/.exec(header)?.[1] ?? "",
        task: /task: (\w+)/.exec(header)?.[1],
      };
    });
}
