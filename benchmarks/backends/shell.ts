/** Commands that the recipes of optional backends run. */
import { spawn, spawnSync } from "node:child_process";

/** Why a recipe cannot go on here; not a failure of ours. */
export class Unavailable extends Error {}

/**
 * Runs a command to its end; what it prints goes to stderr.
 *
 * @param cwd - the folder it runs in.
 * @throws {@link Unavailable} if it cannot be started or fails.
 */
export async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  const status = await statusOf(command, args, { cwd });
  if (status !== 0) throw new Unavailable(`\`${command} ${args.join(" ")}\` ended with ${status}`);
}

/**
 * Runs a command and waits for its status.
 *
 * @returns its exit status; -1 if it cannot be started.
 */
export function statusOf(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", 2, 2] });
    child.on("error", () => resolve(-1));
    child.on("close", (status) => resolve(status ?? -1));
  });
}

/**
 * Checks that commands are installed.
 *
 * @throws {@link Unavailable} naming the first that is not.
 */
export function requireCommands(...commands: readonly string[]): void {
  const missing = commands.find((name) => spawnSync(name, ["--version"]).error !== undefined);
  if (missing !== undefined) throw new Unavailable(`there is no \`${missing}\` here`);
}
