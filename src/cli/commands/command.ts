/** What every command is registered with. */
import type { Command } from "commander";
import type { Session, WorkFlags } from "../session.js";

/** Opens the session of a run by its flags. */
export type Open = (flags: WorkFlags) => Session;

/** Adds a command to the program. */
export type Register = (program: Command, open: Open) => void;
