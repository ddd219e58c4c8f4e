/** A helping thread of training; started by `team.ts`, ended by it. */
import { workerData } from "node:worker_threads";
import { helpForever, type TeamMember } from "./team.js";
import { openWorkspace } from "./workspace.js";

const { layout, memory } = workerData as TeamMember;
helpForever(openWorkspace(layout, memory));
