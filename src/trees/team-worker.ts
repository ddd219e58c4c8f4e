/** A helping thread of training; started by `team.ts`, ended by it. */
import { parentPort, workerData } from "node:worker_threads";
import { helpForever, type TeamMember } from "./team.js";
import { openWorkspace } from "./workspace.js";

const { layout, memory } = workerData as TeamMember;
const workspace = openWorkspace(layout, memory);
parentPort?.postMessage("ready");
helpForever(workspace);
