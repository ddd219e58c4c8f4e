/** Errors of the command line itself: unknown commands and options, missing and wrong values. */
import type { Command, CommanderError } from "commander";
import { ConfigError } from "../core/errors.js";
import { suggestHint } from "../core/suggest.js";

/**
 * Makes the error of an option's value.
 *
 * @param option - as written, such as `--seed`.
 * @param expected - such as `a whole number`.
 * @param found - what was given.
 * @param hint - what to write.
 */
export function wrongValue(
  option: string,
  expected: string,
  found: string,
  hint: string,
): ConfigError {
  return new ConfigError("CFG507", `\`${option}\` expects ${expected}, found \`${found}\``, {
    hint,
  });
}

/** Makes the error of an option that this call needs. */
export function missingOption(option: string, hint: string): ConfigError {
  return new ConfigError("CFG504", `\`${option}\` is missing`, { hint });
}

/** Makes the error of options that contradict each other. */
export function contradiction(message: string, hint: string): ConfigError {
  return new ConfigError("CFG508", message, { hint });
}

/**
 * Puts what commander complains about into our words.
 *
 * @param error - from commander.
 * @param program - the whole program.
 * @param argv - the arguments without node and script.
 * @returns CFG501 unknown command, CFG502 unknown option, CFG503 missing argument, CFG504 missing option, CFG505
 * option without its value, CFG506 too many arguments, CFG507 wrong value.
 */
export function usageError(
  error: CommanderError,
  program: Command,
  argv: readonly string[],
): ConfigError {
  const commands = program.commands.map((command) => command.name());
  const command = program.commands.find((other) => argv.includes(other.name()));
  const named = /'([^']*)'/.exec(error.message)?.[1] ?? "";
  const option = named.split(" ").find((word) => word.startsWith("--")) ?? named;
  const help = command ? `see \`relgraph ${command.name()} --help\`` : "see `relgraph --help`";
  switch (error.code) {
    case "commander.unknownCommand":
      return new ConfigError("CFG501", `there is no command \`${named}\``, {
        hint: suggestHint(named, commands, "commands"),
      });
    case "commander.unknownOption":
      return unknownOption(named, command ?? program);
    case "commander.missingArgument":
      return new ConfigError("CFG503", `the argument \`${named}\` is missing`, {
        hint: `write \`relgraph ${command?.name() ?? ""} ${command?.usage() ?? ""}\``,
      });
    case "commander.missingMandatoryOptionValue": {
      // A misspelt option is missing too: the misspelling is what to tell.
      const known = optionNames(command ?? program);
      const strange = argv.find(
        (word) => /^--./.test(word) && !known.includes(word.split("=")[0]!),
      );
      if (strange !== undefined) return unknownOption(strange.split("=")[0]!, command ?? program);
      return missingOption(option, `write \`${named}\`; ${help}`);
    }
    case "commander.optionMissingArgument":
      return new ConfigError("CFG505", `\`${option}\` needs a value`, {
        hint: `write \`${named}\``,
      });
    case "commander.excessArguments":
      return new ConfigError("CFG506", `${tooMany(error.message)}`, {
        hint: `a query stands in quotes as one argument; ${help}`,
      });
    default:
      return new ConfigError("CFG507", error.message.replace(/^error: /, ""), { hint: help });
  }
}

/** Turns "too many arguments for 'x'. Expected 1 argument but got 3." into our words. */
function tooMany(message: string): string {
  const match = /Expected (\d+) arguments? but got (\d+)/.exec(message);
  return match
    ? `expected ${match[1]} argument${match[1] === "1" ? "" : "s"}, found ${match[2]}`
    : "there are too many arguments";
}

function unknownOption(option: string, command: Command): ConfigError {
  const where = command.parent ? `\`relgraph ${command.name()}\`` : "`relgraph`";
  return new ConfigError("CFG502", `${where} has no option \`${option}\``, {
    hint: suggestHint(option, optionNames(command), "options"),
  });
}

function optionNames(command: Command): string[] {
  return [...command.options.flatMap((option) => option.long ?? []), "--help"];
}
