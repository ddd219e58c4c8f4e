/** The house style that no linter checks, as functions over a map of files. */
import ts from "typescript";
import { type FileMap, parse, visit } from "./architecture.js";

/** Lists files longer than a number of lines. */
export function longFiles(files: FileMap, limit = 400): string[] {
  return [...files]
    .map(([file, text]) => ({ file, lines: text.trimEnd().split("\n").length }))
    .filter(({ lines }) => lines > limit)
    .map(({ file, lines }) => `${file}: ${lines} lines`);
}

/** Lists files that do not begin with a sentence saying what they are for (a shebang may stand before it). */
export function undescribedFiles(files: FileMap): string[] {
  return [...files]
    .filter(([, text]) => !/^(#!.*\n)?\/\*\*(\n \*)? \S/.test(text))
    .map(([file]) => file);
}

/**
 * Lists exported declarations without a doc comment directly above. Lines of constants without a blank line between them
 * share the comment above the first.
 */
export function undocumentedExports(files: FileMap): string[] {
  const missing: string[] = [];
  for (const [file, text] of files) {
    const source = parse(file, text);
    let documented = false;
    let end = 0;
    for (const statement of source.statements) {
      const gap = text.slice(end, statement.getStart(source));
      const continues = ts.isVariableStatement(statement) && /^\n?$/.test(gap);
      documented = hasCommentAbove(statement, source) || (documented && continues);
      if (!documented && isExported(statement) && !isLaterOverload(statement, source)) {
        missing.push(`${file}: ${nameOf(statement)}`);
      }
      end = statement.end;
    }
  }
  return missing;
}

/** What the library does not hold, with the word for it in the findings. */
const FORBIDDEN_CALLS = new Map([
  ["Math.random", "randomness comes from an Rng argument"],
  ["Date.now", "the clock is not read"],
]);

/**
 * Lists uses of what the library does without: the console, hidden randomness and clocks, `any`, enums, default
 * exports and mutable state of modules.
 */
export function forbiddenCode(files: FileMap): string[] {
  const found: string[] = [];
  for (const [file, text] of files) {
    const source = parse(file, text);
    const report = (node: ts.Node, what: string): void => {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push(`${file}:${line + 1}: ${what}`);
    };
    visit(source, (node) => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) report(node, "any");
      else if (ts.isEnumDeclaration(node)) report(node, "enum");
      else if (ts.isExportAssignment(node)) report(node, "default export");
      else if (node.kind === ts.SyntaxKind.DefaultKeyword && ts.canHaveModifiers(node.parent)) {
        report(node, "default export");
      } else if (ts.isPropertyAccessExpression(node)) {
        const name = node.getText(source).replaceAll("?.", ".");
        if (FORBIDDEN_CALLS.has(name)) report(node, `${name}: ${FORBIDDEN_CALLS.get(name)}`);
        if (ts.isIdentifier(node.expression) && node.expression.text === "console") {
          report(node, "console: the library prints nothing");
        }
      } else if (ts.isNewExpression(node) && isClockRead(node))
        report(node, "new Date() reads the clock");
    });
    for (const statement of source.statements) {
      if (ts.isVariableStatement(statement) && isMutable(statement)) {
        report(statement, "mutable state of a module");
      }
    }
  }
  return found;
}

function isClockRead(node: ts.NewExpression): boolean {
  const empty = !node.arguments || node.arguments.length === 0;
  return empty && ts.isIdentifier(node.expression) && node.expression.text === "Date";
}

/** Whether a top-level variable can change: `let`, `var`, or a collection that starts empty. */
function isMutable(statement: ts.VariableStatement): boolean {
  const list = statement.declarationList;
  if ((list.flags & ts.NodeFlags.Const) === 0) return true;
  return list.declarations.some(({ initializer }) => {
    if (!initializer || !ts.isNewExpression(initializer)) return false;
    const { expression } = initializer;
    const empty = (initializer.arguments?.length ?? 0) === 0;
    return empty && ts.isIdentifier(expression) && /^(Weak)?(Map|Set)$/.test(expression.text);
  });
}

function hasCommentAbove(statement: ts.Statement, source: ts.SourceFile): boolean {
  const doc = ts.getJSDocCommentsAndTags(statement).findLast(ts.isJSDoc);
  return doc !== undefined && source.text.slice(doc.end, statement.getStart(source)) === "\n";
}

function isExported(statement: ts.Statement): boolean {
  if (!ts.canHaveModifiers(statement)) return false;
  return ts.getModifiers(statement)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

/** Overloads share the comment of the first signature. */
function isLaterOverload(statement: ts.Statement, source: ts.SourceFile): boolean {
  if (!ts.isFunctionDeclaration(statement)) return false;
  const before = source.statements[source.statements.indexOf(statement) - 1];
  return before !== undefined && ts.isFunctionDeclaration(before) && !before.body
    ? before.name?.text === statement.name?.text
    : false;
}

function nameOf(statement: ts.Statement): string {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText()).join(", ");
  }
  const { name } = statement as ts.DeclarationStatement;
  return name?.getText() ?? "?";
}
