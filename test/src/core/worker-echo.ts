/** Answers with what it was given; a worker of the tests. */
import { parentPort, workerData } from "node:worker_threads";
import { MS_PER_DAY } from "../../../src/core/time.js";

parentPort!.postMessage({ given: workerData as unknown, day: MS_PER_DAY });
