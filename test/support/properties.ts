/**
 * The seed of every property: fixed, so that a run says the same today and tomorrow; `PROPERTY_SEED=N` tries others, and
 * `PROPERTY_SEED=any` a new one for each property.
 */
import { configureGlobal } from "fast-check";

const FIXED_SEED = 20_261_126;
const wanted = process.env["PROPERTY_SEED"];
if (wanted !== "any") configureGlobal({ seed: wanted === undefined ? FIXED_SEED : Number(wanted) });
