/** The approaches, for those who load them only when they are asked for. */
export { compareApproaches } from "./compare.js";
export { approachesSection, formatApproaches } from "./format.js";
