/** Documents of text and possible line breaks, and the printer that decides which breaks are taken. */

/** A piece of text that may be broken into lines. */
export type Doc =
  | string
  | readonly Doc[]
  /** A blank or a line break. */
  | { readonly kind: "line" }
  /** Nothing or a line break. */
  | { readonly kind: "softline" }
  /** Always a line break. */
  | { readonly kind: "hardline" }
  | { readonly kind: "indent"; readonly content: Doc }
  /** Taken on one line where it fits; `broken` where it holds a hard break. */
  | { readonly kind: "group"; readonly content: Doc; readonly broken: boolean }
  /** Pieces and separators by turns from a position on; a separator breaks where the next piece does not fit. */
  | { readonly kind: "fill"; readonly parts: readonly Doc[]; readonly from: number };

/** A blank or a line break. */
export const line: Doc = { kind: "line" };
/** Nothing or a line break. */
export const softline: Doc = { kind: "softline" };
/** Always a line break. */
export const hardline: Doc = { kind: "hardline" };

/** Indents the lines that begin inside. */
export function indent(content: Doc): Doc {
  return { kind: "indent", content };
}

/** Keeps a piece on one line where it fits. */
export function group(content: Doc): Doc {
  return { kind: "group", content, broken: breaks(content) };
}

/**
 * Puts as many pieces on a line as fit.
 *
 * @param parts - a piece, a separator, a piece, …
 */
export function fill(parts: readonly Doc[]): Doc {
  return { kind: "fill", parts, from: 0 };
}

function breaks(doc: Doc): boolean {
  if (typeof doc === "string") return doc.includes("\n");
  if (isList(doc)) return doc.some(breaks);
  switch (doc.kind) {
    case "line":
    case "softline":
      return false;
    case "hardline":
      return true;
    case "indent":
      return breaks(doc.content);
    case "group":
      return doc.broken;
    case "fill":
      return doc.parts.some(breaks);
  }
}

/** `Array.isArray` does not narrow readonly arrays. */
function isList(doc: Doc): doc is readonly Doc[] {
  return Array.isArray(doc);
}

/** A piece still to be printed. */
interface Work {
  readonly doc: Doc;
  readonly indent: number;
  readonly flat: boolean;
}

/**
 * Prints a document.
 *
 * @param doc - the document.
 * @param width - the longest line that is aimed at.
 * @param step - blanks per level of indentation.
 * @returns the text; no line ends in blanks.
 * @see Wadler, "A prettier printer"; Lindig, "Strictly Pretty".
 */
export function printDoc(doc: Doc, width: number, step: number): string {
  let text = "";
  let column = 0;
  const work: Work[] = [{ doc, indent: 0, flat: false }];
  const newline = (depth: number): void => {
    text = `${text.replace(/[ \t]+$/, "")}\n${" ".repeat(depth * step)}`;
    column = depth * step;
  };
  for (let next = work.pop(); next; next = work.pop()) {
    const { doc: piece, indent: depth, flat } = next;
    if (typeof piece === "string") {
      text += piece;
      const end = piece.lastIndexOf("\n");
      column = end < 0 ? column + piece.length : piece.length - end - 1;
    } else if (isList(piece)) {
      for (let i = piece.length - 1; i >= 0; i--) work.push({ ...next, doc: piece[i]! });
    } else {
      switch (piece.kind) {
        case "hardline":
          newline(depth);
          break;
        case "line":
        case "softline":
          if (!flat) newline(depth);
          else if (piece.kind === "line") {
            text += " ";
            column++;
          }
          break;
        case "indent":
          work.push({ doc: piece.content, indent: depth + 1, flat });
          break;
        case "group": {
          const whole = { doc: piece.content, indent: depth, flat: true };
          const onOneLine = flat || (!piece.broken && fits(whole, work, width - column));
          work.push({ ...whole, flat: onOneLine });
          break;
        }
        case "fill":
          pushFill(piece, next, work, width - column);
      }
    }
  }
  return text;
}

/** Takes the first piece of a fill off: the piece, its separator, the rest. */
function pushFill(
  { parts, from }: Extract<Doc, { readonly kind: "fill" }>,
  next: Work,
  work: Work[],
  room: number,
): void {
  const [piece, separator, following] = parts.slice(from, from + 3);
  if (piece === undefined) return;
  if (separator !== undefined && following !== undefined) {
    const doc = [piece, separator, following];
    const flat = next.flat || (!breaks(doc) && fits({ ...next, doc, flat: true }, [], room));
    work.push({ ...next, doc: { kind: "fill", parts, from: from + 2 } });
    work.push({ ...next, doc: separator, flat });
  }
  work.push({ ...next, doc: piece });
}

/** Tells whether a piece and what follows it on the same line fit. */
function fits(piece: Work, rest: readonly Work[], room: number): boolean {
  const work = [piece];
  let below = rest.length;
  for (;;) {
    const next = work.pop() ?? rest[--below];
    if (!next) return true;
    const { doc, flat } = next;
    if (typeof doc === "string") {
      const end = doc.indexOf("\n");
      room -= end < 0 ? doc.length : end;
      if (room < 0) return false;
      if (end >= 0) return true;
    } else if (isList(doc)) {
      for (let i = doc.length - 1; i >= 0; i--) work.push({ ...next, doc: doc[i]! });
    } else {
      switch (doc.kind) {
        case "hardline":
          return true;
        case "line":
        case "softline":
          if (!flat) return true;
          if (doc.kind === "line" && --room < 0) return false;
          break;
        case "indent":
          work.push({ ...next, doc: doc.content });
          break;
        case "group":
          work.push({ ...next, doc: doc.content, flat: flat && !doc.broken });
          break;
        case "fill":
          // Before the second piece of one that is not flat there may be a break.
          work.push({ ...next, doc: doc.parts.slice(doc.from, flat ? undefined : doc.from + 2) });
      }
    }
  }
}
