/** Launchers without an engine: processes of this machine, ssh, Slurm. */
import { createServer } from "node:net";
import { runGang } from "./gang-processes.js";
import { type Launcher, type LaunchSpec, rankEnvironment } from "./launcher.js";

/**
 * Starts all ranks on this machine, on a free port.
 *
 * @param options - `port` where rank 0 listens, by default a free one.
 */
export function localLauncher({ port }: { readonly port?: number } = {}): Launcher {
  return {
    name: "processes of this machine",
    run: async ({ ranks, command, env = {} }, options) => {
      const address = "127.0.0.1";
      const listening = port ?? (await freePort());
      const places = Array.from({ length: ranks }, (_, rank) => ({
        command,
        env: {
          ...env,
          ...rankEnvironment({ rank, size: ranks, localRank: rank, address, port: listening }),
        },
      }));
      return runGang(places, options);
    },
  };
}

/** Options of {@link sshLauncher}. */
export interface SshOptions {
  /** Hosts as ssh knows them; ranks are dealt to them in turn. Rank 0 listens on the first one. */
  readonly hosts: readonly string[];
  /** Where the ranks find the first host, if ssh calls it otherwise. */
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  /** The ssh command and its options; `-o BatchMode=yes` by default, so that it never waits for a password. */
  readonly ssh?: readonly string[] | undefined;
}

/** The port of torchrun. */
const PORT = 29_500;

/**
 * Starts ranks on other machines by ssh, with a terminal each, so that a rank ends when its connection does.
 *
 * Variables go as part of the command line, which other users of those machines can see: give secrets by files there.
 *
 * @param options - hosts, port, the ssh command.
 */
export function sshLauncher(options: SshOptions): Launcher {
  const { hosts, port = PORT, ssh = ["ssh", "-tt", "-o", "BatchMode=yes"] } = options;
  const address = options.address ?? hosts[0]?.replace(/^.*@/, "") ?? "";
  return {
    name: `ssh to ${hosts.length} hosts`,
    run: async ({ ranks, command, env = {} }, work) => {
      const processes = Array.from({ length: ranks }, (_, rank) => {
        const host = hosts[rank % hosts.length] ?? "";
        const localRank = Math.floor(rank / hosts.length);
        const place = rankEnvironment({ rank, size: ranks, localRank, address, port });
        const pairs = Object.entries({ ...env, ...place }).map(
          ([name, value]) => `${name}=${shellText(value)}`,
        );
        const line = ["exec", "env", ...pairs, ...command.map(shellText)].join(" ");
        return { command: [...ssh, host, line], env: {} };
      });
      return runGang(processes, work);
    },
  };
}

/** Options of {@link slurmLauncher}. */
export interface SlurmOptions {
  /** Machines; the ranks are spread over them by Slurm. */
  readonly nodes: number;
  readonly port?: number | undefined;
  /** Further options of srun, such as `--gpus-per-task=1`. */
  readonly flags?: readonly string[] | undefined;
  /** The program; `srun` by default. */
  readonly srun?: string | undefined;
}

/**
 * Starts ranks by Slurm: srun starts all or none, and a rank that fails ends its job. A shell on each machine turns Slurm's variables into
 * those of torchrun; rank 0 listens on the first machine.
 *
 * @param options - machines, port, flags.
 *
 * Source: Slurm, srun (`--kill-on-bad-exit`, output environment variables).
 */
export function slurmLauncher(options: SlurmOptions): Launcher {
  const { nodes, port = PORT, flags = [], srun = "srun" } = options;
  return {
    name: `srun on ${nodes} machines`,
    run: async (spec, work) => {
      const [exit] = await runGang(
        [{ name: "the job", command: slurmCommand(spec), env: spec.env ?? {} }],
        work,
      );
      return Array.from({ length: spec.ranks }, (_, rank) => ({ rank, code: 0, tail: exit!.tail }));
    },
  };

  function slurmCommand({ ranks, command }: LaunchSpec): string[] {
    const script = [
      'export RANK="$SLURM_PROCID" WORLD_SIZE="$SLURM_NTASKS" LOCAL_RANK="$SLURM_LOCALID"',
      'export MASTER_ADDR="$(scontrol show hostnames "$SLURM_STEP_NODELIST" | head -n 1)"',
      `export MASTER_PORT=${port}`,
      `exec ${command.map(shellText).join(" ")}`,
    ].join("; ");
    const how = [`--ntasks=${ranks}`, `--nodes=${nodes}`, "--kill-on-bad-exit=1", "--label"];
    return [srun, ...how, ...flags, "sh", "-c", script];
  }
}

/** Quotes a text for a shell. */
function shellText(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const found = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof found === "object" && found !== null ? found.port : PORT;
}
