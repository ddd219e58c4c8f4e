/** Checks the packed tarball, installs it in an empty folder and uses it there: `check-package.mjs FOLDER RESULTS`. */
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const [folder, results] = process.argv.slice(2).map((path) => resolve(path));
const QUERY = "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID";
const MAX_BYTES = 3_000_000;
/** What a program must find behind each entry point. */
const ENTRIES = {
  relgraph: ["Database", "Table", "Predictor", "evaluate", "RelError"],
  "relgraph/pql": [
    "parseQuery",
    "printQuery",
    "bindQuery",
    "checkQuery",
    "planTrainingTable",
    "runPlan",
  ],
  "relgraph/graph": ["buildGraph", "NeighborSampler", "createSeeds", "samplePaths"],
  "relgraph/scale": ["openDuckdb", "openSpark", "predictShards", "localLauncher", "joinGang"],
  "relgraph/gnn": ["createModel", "createLoader", "trainModel", "predictLogits"],
};

const tarball = join(
  folder,
  readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "missing.tgz",
);
const empty = join(folder, "empty");
mkdirSync(empty);

check("the tarball is smaller than 3 MB", () => {
  const { size } = statSync(tarball);
  console.log(`${(size / 1e6).toFixed(2)} MB`);
  expect(size < MAX_BYTES, `${size} bytes`);
});

check("the tarball holds code and documents, no data", () => {
  const paths = run("tar", ["-tzf", tarball]).trim().split("\n");
  const allowed =
    /^package\/(dist\/(src|pql|graph|gnn)\/.+\.(js|d\.ts)|[A-Z]+\.md|LICENSE|package\.json)$/;
  const foreign = paths.filter((path) => !allowed.test(path));
  expect(foreign.length === 0, `also holds ${foreign.slice(0, 5).join(", ")}`);
  for (const document of ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE"]) {
    expect(paths.includes(`package/${document}`), `lacks ${document}`);
  }
  const stale = paths
    .map((path) => /^package\/dist\/(.+?)(\.d\.ts|\.js)$/.exec(path)?.[1])
    .filter((path) => path !== undefined && !existsSync(join(root, `${path}.ts`)));
  expect(stale.length === 0, `built from files that are gone: ${stale.slice(0, 5).join(", ")}`);
});

check("the tarball installs in an empty folder", () => {
  run("npm", ["install", "--prefix", empty, tarball]);
});

check("nothing that was installed has an install script", () => {
  const lock = JSON.parse(readFileSync(join(empty, "node_modules/.package-lock.json"), "utf8"));
  const scripts = Object.entries(lock.packages).filter(
    ([, { hasInstallScript }]) => hasInstallScript,
  );
  expect(scripts.length === 0, scripts.map(([path]) => path).join(", "));
});

for (const [entry, names] of Object.entries(ENTRIES)) {
  check(`${entry} can be imported`, () => {
    const code = `import * as m from "${entry}"; console.log(Object.keys(m).join(" "));`;
    const found = run("node", ["--input-type=module", "-e", code]).trim().split(" ");
    const missing = names.filter((name) => !found.includes(name));
    expect(found[0] !== "" && missing.length === 0, `lacks ${missing.join(", ") || "exports"}`);
  });
}

check("its types compile in a strict project", () => {
  const imports = Object.keys(ENTRIES).map((entry, i) => `import * as m${i} from "${entry}";`);
  const uses = Object.keys(ENTRIES).map((_, i) => `m${i}`);
  writeFileSync(join(empty, "user.mts"), `${imports.join("\n")}\nexport const all = [${uses}];\n`);
  const options = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2023",
    "--skipLibCheck",
  ];
  const types = ["--types", "node", "--typeRoots", join(root, "node_modules/@types")];
  run("node", [join(root, "node_modules/typescript/bin/tsc"), ...options, ...types, "user.mts"]);
});

check("relgraph info tells version and backends", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(relgraph("info").includes(version), `does not name ${version}`);
});

check("relgraph check prints the canonical query", () => {
  const out = relgraph("check", QUERY.toLowerCase().replace("sessions.duration_min", "S.M"));
  expect(out.includes("PREDICT SUM(S.M, 0, 30, days)"), out);
});

check("relgraph check points at an error and exits with 2", () => {
  const { status, stderr } = relgraphFails("check", "PREDICT SUMM(S.M, 0, 30, days) FOR EACH U.ID");
  expect(status === 2, `exits with ${status}`);
  expect(/error\[PQL\d{3}\]/.test(stderr) && stderr.includes("^"), stderr);
});

check("relgraph generate writes a small company", () => {
  relgraph("generate", "saas", "--out", "saas", "--users", "40", "--seed", "7");
  expect(existsSync(join(empty, "saas/schema.json")), "no schema.json");
});

check("relgraph labels writes a training table", () => {
  relgraph("labels", QUERY, "--data", "saas", "--out", "labels.csv");
  const lines = readFileSync(join(empty, "labels.csv"), "utf8").trim().split("\n");
  expect(/^"?USER_ID"?,"?TIMESTAMP"?,"?TARGET"?/.test(lines[0]), lines[0]);
  expect(lines.length > 40, `${lines.length} lines`);
});

function check(name, body) {
  console.log(`== ${name}`);
  let status = "pass";
  try {
    body();
  } catch (error) {
    status = "fail";
    console.log([error.message, error.stdout, error.stderr].filter(Boolean).join("\n"));
  }
  console.log(`${status} ${name}`);
  appendFileSync(results, `${status} ${name}\n`);
}

function expect(condition, found) {
  if (!condition) throw new Error(found);
}

function relgraph(...args) {
  return run("npx", ["--no-install", "relgraph", ...args]);
}

function relgraphFails(...args) {
  try {
    relgraph(...args);
  } catch (error) {
    return error;
  }
  return { status: 0, stderr: "" };
}

function run(command, args) {
  const options = {
    cwd: empty,
    encoding: "utf8",
    timeout: 300_000,
    stdio: ["ignore", "pipe", "pipe"],
  };
  return execFileSync(command, args, options);
}
