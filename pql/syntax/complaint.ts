/** What there is to say about a query, before it has become an error or a warning. */
import type { Span } from "../../src/core/span.js";

/** A complaint before it has a place. */
export interface Complaint {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** A remark that does not stop the query: a likely mistake, or a spelling that will go away. */
export interface PqlWarning extends Complaint {
  readonly span: Span;
}
