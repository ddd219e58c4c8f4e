import { describe, expect, it, vi } from "vitest";
import { forecastSeries } from "../../../src/approaches/forecast-process.js";
import { SERIES_METHODS } from "../../../src/approaches/forecasters.js";
import { at } from "../../support/shop.js";

const calendar = { end: at("2024-06-30"), stepDays: 7 };

describe("forecasters of single series", () => {
  it.each(SERIES_METHODS)(
    "%s carries a trend on and leaves what is too short or plain alone",
    async (method) => {
      const rising = Float64Array.from({ length: 60 }, (_, i) => 20 + i + (i % 3));
      const series = [rising, rising.slice(0, 4), new Float64Array(60), new Float64Array(0)];
      const write = vi.spyOn(process.stdout, "write");
      const [found, ...others] = await forecastSeries({ method, series, steps: 4, calendar });
      expect(write).not.toHaveBeenCalled();
      write.mockRestore();
      expect(found).toHaveLength(4);
      for (const value of found!) {
        expect(value).toBeGreaterThan(65);
        expect(value).toBeLessThan(100);
      }
      expect(others).toEqual([null, null, null]);
    },
    60_000,
  );

  it("gives up a forecast that runs away, and a cancelled one", async () => {
    const rising = Float64Array.from({ length: 40 }, (_, i) => 1 + i);
    const far = { method: "prophet", series: [rising], steps: 2000, calendar } as const;
    const [found] = await forecastSeries(far);
    expect(found).toBeNull();
    const stop = new AbortController();
    const job = { method: "prophet", series: [rising], steps: 4, calendar } as const;
    const running = forecastSeries(job, { signal: stop.signal });
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: "CFG900" });
  }, 60_000);
});
