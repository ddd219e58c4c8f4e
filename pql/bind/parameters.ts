/** Parameters: values given beside the text take their places in the tree; they are never spliced into the text. */
import type { Span } from "../../src/core/span.js";
import { suggestHint } from "../../src/core/suggest.js";
import type { Constant, NumberConstant, Parameter, PredictiveQuery } from "../syntax/ast.js";
import { canonicalDecimal, canonicalInteger, isWrittenTime } from "../syntax/literals.js";
import { KEEP, mapQuery } from "../syntax/map-tree.js";
import type { Report } from "./report.js";

/** What a parameter can be. A text is read as a number, truth value or time where the place needs one. */
export type ParameterValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | Date
  | readonly ParameterValue[];

/** Values of parameters by name, without the colon. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

/**
 * Puts values into the places of parameters.
 *
 * @param query - the query.
 * @param values - the values by name.
 * @param report - PQL220 a value is missing, PQL221 a value does not fit its place, PQL290 a value that the query does not use.
 * @returns the query without parameters, where there are no errors.
 */
export function bindParameters(
  query: PredictiveQuery,
  values: Parameters,
  report: Report,
): PredictiveQuery {
  const names = Object.keys(values).filter((name) => values[name] !== undefined);
  const used = new Set<string>();
  const lookUp = ({ name, span }: Parameter): ParameterValue | undefined => {
    used.add(name);
    if (names.includes(name)) return values[name];
    const known = names.map((other) => `:${other}`);
    const hint =
      names.length === 0
        ? `give it as an option: { params: { ${name}: … } }, or --param ${name}=…`
        : suggestHint(`:${name}`, known, "parameters");
    report.error("PQL220", span, `the parameter \`:${name}\` has no value`, hint);
    return undefined;
  };
  const bound = mapQuery(query, {
    ...KEEP,
    constant(node) {
      if (node.kind !== "parameter") return node;
      const value = lookUp(node);
      return value === undefined ? node : toConstant(value, node, report);
    },
    share(node) {
      if (node.kind === "number") return node;
      const value = lookUp(node);
      return value === undefined ? node : toShare(value, node, report);
    },
    amount(node) {
      if (typeof node === "number") return node;
      const value = lookUp(node);
      return value === undefined ? node : toWholeNumber(value, node, report);
    },
  });
  for (const name of names) {
    if (used.has(name)) continue;
    const message = `the query has no parameter \`:${name}\``;
    report.warn("PQL290", query.span, message, "its value is not used");
  }
  return bound;
}

/** Makes a constant of a value; after an error the parameter stays as it is. */
function toConstant(
  value: ParameterValue,
  parameter: Parameter,
  report: Report,
): Constant | Parameter {
  const { name, span } = parameter;
  const base = { span, parameter: name };
  if (value === null) return { kind: "null", ...base };
  if (Array.isArray(value)) {
    const items = (value as readonly ParameterValue[]).map((item) =>
      toConstant(item, parameter, report),
    );
    if (items.length > 0) return { kind: "list", items, ...base };
    report.error("PQL221", span, `the list \`:${name}\` is empty`, "give it one value or more");
    return parameter;
  }
  if (value instanceof Date) {
    if (isWrittenTime(value.getTime())) return { kind: "time", value: value.getTime(), ...base };
    const message = `\`:${name}\` is ${shownValue(value)}, expected a Date of the years 0 to 9999`;
    report.error("PQL221", span, message, "give a valid one");
    return parameter;
  }
  switch (typeof value) {
    case "boolean":
      return { kind: "boolean", value, ...base };
    case "string":
      return { kind: "string", value, ...base };
    case "bigint":
      return {
        kind: "number",
        value: Number(value),
        integer: true,
        text: canonicalInteger(String(value)),
        ...base,
      };
    default:
      return toNumber(value as number, span, name, report);
  }
}

function toNumber(value: number, span: Span, name: string, report: Report): NumberConstant {
  if (!Number.isFinite(value)) {
    const message = `\`:${name}\` is ${shownValue(value)}, expected a number`;
    report.error("PQL221", span, message, "give a finite one");
  }
  const integer = Number.isSafeInteger(value);
  const text = integer ? canonicalInteger(String(value)) : canonicalDecimal(value);
  return { kind: "number", value: value + 0, integer, text, span, parameter: name };
}

function toWholeNumber(value: ParameterValue, { name, span }: Parameter, report: Report): number {
  const number = typeof value === "string" && /^\s*-?\d+\s*$/.test(value) ? Number(value) : value;
  const whole = typeof number === "bigint" ? Number(number) : number;
  if (typeof whole === "number" && Number.isSafeInteger(whole)) return whole + 0;
  const message = `\`:${name}\` is ${shownValue(value)}, expected a whole number`;
  report.error("PQL221", span, message, "give a whole number, such as 30");
  return 1;
}

function toShare(
  value: ParameterValue,
  node: Parameter,
  report: Report,
): NumberConstant | Parameter {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "number" && number >= 0 && number <= 1) {
    return toNumber(number, node.span, node.name, report);
  }
  const message = `\`:${node.name}\` is ${shownValue(value)}, expected a share between 0 and 1`;
  report.error("PQL221", node.span, message, "give a number, such as 0.9");
  return node;
}

function shownValue(value: ParameterValue): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return `'${value}'`;
  if (!(value instanceof Date)) return String(value);
  return Number.isNaN(value.getTime()) ? "an invalid Date" : value.toISOString();
}
