/** README.md tells the truth: its programs run in order, its commands and flags exist, its links lead somewhere. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as relgraph from "relgraph";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CliIo } from "../src/cli/io.js";
import { runCli } from "../src/cli/program.js";
import { writeSaas } from "../src/generate/write.js";

const root = join(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const DOCUMENTS = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
const PARTS = [
  "benchmarks/README.md",
  "benchmarks/relbench/README.md",
  "graph/README.md",
  "pql/README.md",
  "src/core/README.md",
];

/** The blocks of a language in order, each up to its closing fence. */
function blocks(language: string): string[] {
  const pattern = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "gm");
  return [...readme.matchAll(pattern)].map((match) => match[1]!);
}

/** Joins the programs into one, its imports taken from `modules`; training is cut short. */
function program(): string {
  const source = blocks("ts")
    .join("\n")
    .replaceAll(/import \{([^}]+)\} from ("[^"]+");/g, "const {$1} = modules[$2];")
    .replace("{ seed: 7 }", "{ seed: 7, epochs: 2 }");
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

describe("README.md", () => {
  const home = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), "relgraph-readme-"));

  beforeAll(async () => {
    process.chdir(folder);
    await writeSaas("data/saas", { users: 60, seed: 7, truth: false });
  });

  afterAll(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  });

  it("holds programs that run as they stand, with the output it shows", async () => {
    const lines: string[] = [];
    const log = (line: unknown): void => {
      lines.push(String(line));
    };
    const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
    const run = AsyncFunction("modules", "console", program());
    await run({ relgraph }, { log });
    const output = lines.join("\n");
    expect(output).toContain("USERS U2: predicted ");
    for (const shown of blocks("text")) expect(output).toContain(shown.trimEnd());
    expect(existsSync("models/minutes/model.json")).toBe(true);
  });

  it("shows queries that bind to the company of its programs", async () => {
    const { schema } = await relgraph.Database.open("data/saas");
    for (const query of blocks("pql")) {
      const { errors } = relgraph.checkQuery(query, schema, { params: { days: 30 } });
      expect(errors.map((error) => error.format())).toEqual([]);
    }
  });

  it("names commands and flags that exist", async () => {
    const used = blocks("sh")
      .join("\n")
      .matchAll(/^relgraph ([a-z]+)(.*)$/gm);
    for (const [line, command, rest] of used) {
      const help = await helpOf(command!);
      const flags = rest!.replace(/#.*/, "").match(/--[a-z-]+/g) ?? [];
      const unknown = flags.filter((flag) => !help.includes(`${flag} `));
      expect(unknown, line).toEqual([]);
    }
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    for (const [, name] of readme.matchAll(/npm (?:run -s |run )([\w-]+)/g)) {
      expect(Object.keys(scripts)).toContain(name);
    }
  });
});

it.each([...DOCUMENTS, ...PARTS])("%s links to files that exist", (name) => {
  const text = readFileSync(join(root, name), "utf8");
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1]!);
  const local = links.filter((link) => !/^https?:/.test(link));
  expect(local.filter((link) => !existsSync(join(root, dirname(name), link)))).toEqual([]);
});

it("has a changelog that begins with the package's version", () => {
  const changelog = readFileSync(join(root, "CHANGELOG.md"), "utf8");
  const versions = [...changelog.matchAll(/^## \[(\d[^\]]*)\]/gm)].map((match) => match[1]!);
  expect(versions[0]).toBe(relgraph.VERSION);
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(relgraph.VERSION).toBe(version);
});

async function helpOf(command: string): Promise<string> {
  let text = "";
  const io: CliIo = {
    stdout: (part) => {
      text += part;
    },
    stderr: () => {},
    isTerminal: false,
    width: 120,
    stdin: async function* () {},
    env: {},
    signal: new AbortController().signal,
    now: () => 0,
    clock: () => 0,
  };
  expect(await runCli([command, "--help"], io), command).toBe(0);
  return text;
}
