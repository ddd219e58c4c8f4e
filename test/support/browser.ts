/** A headless browser of the machine, where there is one: opens a file and tells what a person and a screen reader would meet. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** The browser's command; `null` where the machine has none. */
export const BROWSER =
  NAMES.find((name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0) ?? null;

/** What a page showed. */
export interface PageVisit {
  /** Errors of scripts and of things that could not be loaded. */
  readonly errors: readonly string[];
  /** Requests that left the file. */
  readonly requests: readonly string[];
  /** The answers of the expressions. */
  readonly values: readonly unknown[];
}

/** How a page is looked at. */
export interface VisitOptions {
  readonly width?: number;
  readonly dark?: boolean;
  /** Expressions that are evaluated in the page. */
  readonly ask: readonly string[];
}

/** Opens a file in the browser over its debugging pipe. */
export async function visit(path: string, options: VisitOptions): Promise<PageVisit> {
  const profile = mkdtempSync(join(tmpdir(), "relgraph-browser-"));
  const browser = spawn(
    BROWSER!,
    [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--remote-debugging-pipe",
      `--user-data-dir=${profile}`,
    ],
    { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], detached: true },
  );
  const gone = new Promise((resolve) => browser.once("exit", resolve));
  try {
    return await look(browser, pathToFileURL(path).href, options);
  } finally {
    // Its helpers write into the profile until they end too, which nothing tells.
    if (browser.exitCode === null) process.kill(-browser.pid!, "SIGKILL");
    await gone;
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

async function look(
  browser: ChildProcess,
  url: string,
  { width = 1000, dark = false, ask }: VisitOptions,
): Promise<PageVisit> {
  const errors: string[] = [];
  const requests: string[] = [];
  const waiting = new Map<number, (message: Message) => void>();
  let isLoaded: () => void = () => {};
  const loaded = new Promise<void>((resolve) => {
    isLoaded = resolve;
  });
  const input = browser.stdio[3] as Writable;
  const output = browser.stdio[4] as Readable;
  let rest = "";
  output.on("data", (bytes: Buffer) => {
    const parts = (rest + bytes.toString()).split("\0");
    rest = parts.pop()!;
    for (const part of parts) {
      const message = JSON.parse(part) as Message;
      if (message.id !== undefined) waiting.get(message.id)?.(message);
      if (message.method === "Page.loadEventFired") isLoaded();
      if (message.method === "Runtime.exceptionThrown") errors.push(part);
      if (message.method === "Log.entryAdded") errors.push(part);
      if (message.method === "Network.requestWillBeSent") {
        const { request } = message.params as { request: { url: string } };
        if (request.url !== url) requests.push(request.url);
      }
    }
  });
  let last = 0;
  const send = (
    method: string,
    params: object = {},
    sessionId?: string,
  ): Promise<Record<string, unknown>> => {
    const id = ++last;
    input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => {
      waiting.set(id, ({ result, error }) =>
        error ? reject(new Error(error.message)) : resolve(result ?? {}),
      );
    });
  };
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const attached = await send("Target.attachToTarget", { targetId, flatten: true });
  const page = attached["sessionId"] as string;
  for (const domain of ["Page", "Runtime", "Log", "Network"]) {
    await send(`${domain}.enable`, {}, page);
  }
  const metrics = { width, height: 800, deviceScaleFactor: 1, mobile: width < 600 };
  await send("Emulation.setDeviceMetricsOverride", metrics, page);
  const features = [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }];
  await send("Emulation.setEmulatedMedia", { features }, page);
  await send("Page.navigate", { url }, page);
  await loaded;
  const values: unknown[] = [];
  for (const expression of ask) {
    const answer = await send("Runtime.evaluate", { expression, returnByValue: true }, page);
    values.push((answer["result"] as { value?: unknown }).value);
  }
  return { errors, requests, values };
}
