/** What the language service takes and gives: plain data that any editor can use. */
import type { LineColumn, Span } from "../../src/core/span.js";

/** A place as editors show it: lines and columns count from 1, the end is exclusive. */
export interface TextRange {
  readonly start: LineColumn;
  readonly end: LineColumn;
}

/** The replacement of a stretch of text; an empty span inserts. */
export interface TextEdit {
  readonly span: Span;
  readonly newText: string;
}

/** A repair: edits that do not overlap, in the order of the text. */
export interface QuickFix {
  /** What it does, in the imperative. */
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

/** An error or a warning with its place. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** Such as `PQL202`; codes are stable. */
  readonly code: string;
  readonly message: string;
  /** What the reader can do about it; `null` = nothing to say. */
  readonly hint: string | null;
  readonly range: TextRange;
  /** UTF-16 offsets. */
  readonly span: Span;
  /** The one repair there is. */
  readonly fix?: QuickFix;
  /** Repairs to choose from where several are possible, the likeliest first. */
  readonly choices?: readonly QuickFix[];
}

/** What a completion stands for; editors show an icon for it. */
export type CompletionKind =
  | "keyword"
  | "aggregate"
  | "function"
  | "operator"
  | "table"
  | "column"
  | "key"
  | "link"
  | "unit"
  | "value"
  | "parameter";

/** Something that can stand at the cursor. */
export interface Completion {
  readonly label: string;
  readonly kind: CompletionKind;
  /** The text that replaces `replace`; with `snippet`, places to fill in are written `${1:default}`. */
  readonly insertText: string;
  readonly snippet: boolean;
  /** A few words beside the label: a type, a path, a meaning. */
  readonly detail: string;
  /** What has been typed of it. */
  readonly replace: Span;
  /** Orders the list by plain comparison of texts. */
  readonly sortText: string;
}

/** What is shown for the thing under the pointer. */
export interface Hover {
  /** Markdown. */
  readonly markdown: string;
  readonly span: Span;
}

/** Options of `format`. */
export interface FormatOptions {
  /** The longest line that is aimed at; 80 by default. */
  readonly width?: number;
  /** Blanks per level; 2 by default. */
  readonly indent?: number;
}

/** What `format` gives. */
export interface FormatResult {
  /** The text, laid out; as it was where it cannot be read. */
  readonly text: string;
  /** Whether the text could be read. */
  readonly parsed: boolean;
}

/** What an editor asks about a query's text; every function takes any text and never throws. */
export interface LanguageService {
  /** Lists what is wrong or doubtful, in the order of the text. */
  diagnostics(text: string): readonly Diagnostic[];
  /** Lists what can stand at an offset, best first. */
  complete(text: string, offset: number): readonly Completion[];
  /** Explains what stands at an offset; `null` = nothing to say. */
  hover(text: string, offset: number): Hover | null;
  /** Lays a query out; what it means and how it is spelled stays. */
  format(text: string, options?: FormatOptions): FormatResult;
}
