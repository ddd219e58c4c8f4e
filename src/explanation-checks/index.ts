/** Checks of explanations, for those who load them only when they are asked for. */
export { type ExplanationCheck, formatChecks } from "./check.js";
export { type VerifyOptions, verifyExplanations } from "./verify.js";
