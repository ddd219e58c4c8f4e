import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { modelPage } from "../../../src/report/model-page.js";
import { modelText } from "../../../src/report/model-text.js";
import { BROWSER, visit } from "../../support/browser.js";
import { REPORT } from "./model-report-fixture.js";

describe("the page of a report", () => {
  const page = modelPage(REPORT);

  it("escapes every text", () => {
    expect(page).toContain("a &lt;warning&gt;");
    expect(page).toContain("S&quot;1&quot;");
    expect(page).not.toContain("<warning>");
  });

  it("links to nothing outside of itself", () => {
    expect(page).not.toMatch(/(?:src|href)="(?!#)/);
    expect(page).not.toMatch(/@import|url\(/);
  });

  it("leaves out sections without anything to show", () => {
    const bare = modelPage({
      ...REPORT,
      calibration: [],
      examples: [],
      reasons: { rows: 0, families: [], other: 0 },
    });
    for (const id of ["calibration", "signals", "examples"]) {
      expect(bare).not.toContain(`id="${id}"`);
      expect(page).toContain(`id="${id}"`);
    }
  });

  it("shows the numbers that the text shows", () => {
    const text = modelText(REPORT);
    for (const number of ["100.5", "101.3", "118", "1,000", "70 %", "79 %", REPORT.words]) {
      expect(text).toContain(number);
      expect(page).toContain(number);
    }
  });
});

// Skipped where the machine has no Chromium.
describe.skipIf(BROWSER === null)("the page of a report in a browser", () => {
  const folder = mkdtempSync(join(tmpdir(), "relgraph-page-"));
  const path = join(folder, "report.html");
  writeFileSync(path, modelPage(REPORT));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const ask = [
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    "document.querySelectorAll('svg[role=img][aria-label]').length",
    "[...document.querySelectorAll('svg')].filter((svg) => svg.getBoundingClientRect().height < 30).length",
    "[...document.querySelectorAll('nav a')].every((link) => document.querySelector(link.getAttribute('href')))",
    "getComputedStyle(document.body).backgroundColor",
    "document.documentElement.lang",
    "[...document.querySelectorAll('table')].every((table) => table.querySelector('th[scope=col]'))",
  ];

  it.each([
    ["at the width of a telephone, dark", 360, true, "rgb(20, 23, 29)"],
    ["at the width of a desk, light", 1200, false, "rgb(255, 255, 255)"],
  ] as const)(
    "has figures and no overflow %s",
    async (_, width, dark, background) => {
      const { errors, requests, values } = await visit(path, { width, dark, ask });
      expect(errors).toEqual([]);
      expect(requests).toEqual([]);
      const [overflow, figures, flat, links, color, lang, heads] = values;
      expect(overflow).toBe(0);
      expect(figures).toBe(3);
      expect(flat).toBe(0);
      expect(links).toBe(true);
      expect(color).toBe(background);
      expect(lang).toBe("en");
      expect(heads).toBe(true);
    },
    60_000,
  );
});
