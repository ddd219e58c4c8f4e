/** The names of experts. */

/** The experts that a blend may be made of. */
export type MemberName = "trees" | "gnn" | "linear" | "constant";

/** The experts in the order in which they are fitted and listed. */
export const MEMBER_NAMES: readonly MemberName[] = ["trees", "gnn", "linear", "constant"];
