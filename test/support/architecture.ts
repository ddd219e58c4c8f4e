/** The rules of ARCHITECTURE.md as functions over a map of files, so that a test can plant violations. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import ts from "typescript";

/** Source texts by path relative to the repository, with forward slashes. */
export type FileMap = ReadonlyMap<string, string>;

/** One import of a file. */
export interface Import {
  readonly from: string;
  /** A path of the file map for relative imports, else the package as written. */
  readonly to: string;
  readonly relative: boolean;
  /** `type`: erased by the compiler; `dynamic`: `import()` at run time. */
  readonly kind: "value" | "type" | "dynamic";
}

/** A part of the library: its floor, and the parts it may import besides itself. */
export interface Part {
  readonly floor: number;
  readonly mayImport: readonly string[];
}

const ROOMS = ["src/core", "src/data", "src/task", "src/tensor", "graph", "pql", "gnn"];

/** The floors of ARCHITECTURE.md. A file belongs to the longest folder that holds it. */
export const PARTS: Readonly<Record<string, Part>> = {
  "src/core": { floor: 0, mayImport: [] },
  "src/data": { floor: 1, mayImport: ["src/core"] },
  "src/tensor": { floor: 1, mayImport: ["src/core"] },
  "src/task": { floor: 1, mayImport: ["src/core", "src/data"] },
  "src/trees": { floor: 2, mayImport: ["src/core", "src/tensor"] },
  "src/scale": { floor: 2, mayImport: ["src/core", "src/data", "src/task"] },
  graph: { floor: 2, mayImport: ["src/core", "src/data", "src/task"] },
  pql: { floor: 3, mayImport: ["src/core", "src/data", "src/task"] },
  gnn: { floor: 3, mayImport: ["src/core", "src/data", "src/task", "src/tensor", "graph"] },
  "src/generate": { floor: 4, mayImport: ["src/core", "src/data", "src/task"] },
  "src/experts": { floor: 4, mayImport: [...ROOMS, "src/trees", "src/scale"] },
  "src/recommend": { floor: 4, mayImport: [...ROOMS, "src/trees", "src/experts"] },
  "src/scoring": { floor: 4, mayImport: [...ROOMS, "src/trees", "src/experts"] },
  "src/report": { floor: 4, mayImport: [...ROOMS, "src/trees", "src/experts", "src/scoring"] },
  src: {
    floor: 5,
    mayImport: [
      ...[...ROOMS, "src/trees", "src/scale"],
      ...["src/generate", "src/experts", "src/recommend", "src/scoring", "src/report"],
    ],
  },
};

/** Folders of the library, in the tree and in the package. */
export const LIBRARY = ["src", "pql", "graph", "gnn"];

/**
 * Reads every TypeScript file of some folders.
 *
 * @param root - the repository.
 * @param folders - folders in it; missing ones are passed over.
 */
export function readSources(root: string, folders: readonly string[]): FileMap {
  const files = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })) {
      if (!entry.endsWith(".ts")) continue;
      const path = posix.join(folder, entry.replaceAll("\\", "/"));
      files.set(path, readFileSync(join(root, path), "utf8"));
    }
  }
  return files;
}

const known = new WeakMap<FileMap, readonly Import[]>();

/** Lists every import of every file: static ones, re-exports, types and `import()`. */
export function importsOf(files: FileMap): readonly Import[] {
  const imports =
    known.get(files) ?? [...files].flatMap(([file, text]) => importsOfFile(file, text));
  known.set(files, imports);
  return imports;
}

/** Returns the part of {@link PARTS} that a file belongs to, or `null`. */
export function partOf(file: string): string | null {
  let best: string | null = null;
  for (const part of Object.keys(PARTS)) {
    if (file.startsWith(`${part}/`) && part.length > (best?.length ?? 0)) best = part;
  }
  return best;
}

/** Lists the imports, of any kind, that do not go down. */
export function upwardImports(files: FileMap): string[] {
  return importsOf(files)
    .filter(({ relative }) => relative)
    .filter(({ from, to }) => {
      const [own, other] = [partOf(from), partOf(to)];
      if (own === null || other === null) return true;
      return own !== other && !PARTS[own]!.mayImport.includes(other);
    })
    .map(({ from, to }) => `${from} -> ${to}`);
}

/** Lists relative imports of files that do not exist. */
export function brokenImports(files: FileMap): string[] {
  return importsOf(files)
    .filter(({ to, relative }) => relative && !files.has(to))
    .map(({ from, to }) => `${from} -> ${to}`);
}

/** Finds cycles of static imports, types included; `import()` is how a part loads a lower layer of itself lazily. */
export function importCycles(files: FileMap): string[] {
  const targets = new Map<string, string[]>([...files.keys()].map((file) => [file, []]));
  for (const { from, to, relative, kind } of importsOf(files)) {
    if (relative && kind !== "dynamic" && files.has(to)) targets.get(from)!.push(to);
  }
  const done = new Set<string>();
  const cycles: string[] = [];
  const walk = (file: string, trail: readonly string[]): void => {
    const seen = trail.indexOf(file);
    if (seen >= 0) cycles.push([...trail.slice(seen), file].join(" -> "));
    if (seen >= 0 || done.has(file)) return;
    for (const target of targets.get(file)!) walk(target, [...trail, file]);
    done.add(file);
  };
  for (const file of files.keys()) walk(file, []);
  return cycles;
}

/**
 * Lists the packages that are loaded when a file is imported, each with the files on the way to it.
 *
 * @param files - the library.
 * @param entry - where to start; only static imports of values are followed, as a bundler must.
 */
export function packagesReached(files: FileMap, entry: string): Map<string, string> {
  const found = new Map<string, string>();
  const seen = new Set<string>();
  const walk = (file: string, trail: readonly string[]): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { from, to, relative, kind } of importsOf(files)) {
      if (from !== file || kind !== "value") continue;
      if (relative) walk(to, [...trail, file]);
      else if (!found.has(to)) found.set(to, [...trail, file, to].join(" -> "));
    }
  };
  walk(entry, []);
  return found;
}

/** Reads a file into TypeScript's syntax tree. */
export function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true, ts.ScriptKind.TS);
}

/** Calls back with every node below a node, parents first. */
export function visit(node: ts.Node, each: (node: ts.Node) => void): void {
  each(node);
  node.forEachChild((child) => visit(child, each));
}

function importsOfFile(from: string, text: string): Import[] {
  const imports: Import[] = [];
  const add = (target: ts.Node | undefined, kind: Import["kind"]): void => {
    if (!target || !ts.isStringLiteralLike(target)) return;
    const relative = target.text.startsWith(".");
    const path = posix.join(dirname(from), target.text).replace(/\.js$/, ".ts");
    imports.push({ from, to: relative ? path : target.text, relative, kind });
  };
  visit(parse(from, text), (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, kindOfImport(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, kindOfExport(node));
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, "type");
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], "dynamic");
    }
  });
  return imports;
}

function kindOfImport(clause: ts.ImportClause | undefined): Import["kind"] {
  if (!clause) return "value";
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return "type";
  const named = clause.namedBindings;
  if (clause.name || !named || !ts.isNamedImports(named)) return "value";
  return named.elements.every((element) => element.isTypeOnly) ? "type" : "value";
}

function kindOfExport(node: ts.ExportDeclaration): Import["kind"] {
  const named = node.exportClause;
  if (node.isTypeOnly) return "type";
  if (!named || !ts.isNamedExports(named)) return "value";
  return named.elements.every((element) => element.isTypeOnly) ? "type" : "value";
}
