/** What a suspicion is. */

/** The kinds of suspicion. */
export type SuspicionKind =
  | "duplicate-key"
  | "null-key"
  | "dangling-link"
  | "missing-time"
  | "odd-date"
  | "written-later"
  | "null-text"
  | "unlinked-id";

/** Something that deserves a look. */
export interface Suspicion {
  readonly kind: SuspicionKind;
  readonly table: string;
  readonly column: string | null;
  /** Rows concerned; `null` where it is about the column as such. */
  readonly rows: number | null;
  readonly message: string;
  /** What to do about it, mostly a setting of `schema.json`. */
  readonly hint: string;
}
