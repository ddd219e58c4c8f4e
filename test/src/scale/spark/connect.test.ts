/** The client of Spark Connect, against a server that answers from DuckDB. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RelError } from "../../../../src/core/errors.js";
import { openSpark } from "../../../../src/scale/spark/spark-engine.js";
import { queryAll } from "../../../../src/scale/sql-engine.js";
import { type SparkDouble, startSparkDouble } from "../../../support/spark-double.js";
import { TEST_CERTIFICATE } from "../../../support/tls.js";

let server: SparkDouble;
beforeEach(async () => {
  server = await startSparkDouble();
});
afterEach(() => server.close());

const address = (more = ""): string => `sc://127.0.0.1:${server.port}${more}`;

async function failure(work: Promise<unknown>): Promise<RelError> {
  return work.then(
    () => {
      throw new Error("it did not fail");
    },
    (error: RelError) => error,
  );
}

describe("a session", () => {
  it("gives the rows of a query in batches, times and nulls too", async () => {
    const spark = await openSpark(address());
    const [batch] = await queryAll(
      spark,
      "SELECT 1 AS a, 'Ä' AS b, NULL::INT AS c, TIMESTAMP '2024-01-02' AS d",
    );
    expect(batch!.toRecords()).toEqual([{ a: 1, b: "Ä", c: null, d: Date.UTC(2024, 0, 2) }]);
    expect(await spark.session.version()).toBe("4.0.0-double");
    await spark.close();
    expect(server.calls.at(-1)!.method).toBe("ReleaseSession");
  });

  it("takes results that are larger than a frame", async () => {
    const spark = await openSpark(address());
    const [batch] = await queryAll(
      spark,
      "SELECT range AS n, repeat('x', 100) AS s FROM range(60000)",
    );
    expect(batch!.numRows).toBe(60_000);
    await spark.close();
  });

  it("is in UTC, and mounts tables by their paths with every quote kept", async () => {
    const spark = await openSpark(address());
    await spark.mount("a`b", "/data/it's\\here");
    const said = server.calls.map(({ sql }) => sql);
    expect(said).toContain("SET spark.sql.session.timeZone=UTC");
    expect(said.at(-1)).toBe(
      "CREATE OR REPLACE TEMPORARY VIEW `a``b` USING parquet OPTIONS (path '/data/it\\'s\\\\here')",
    );
    await spark.close();
  });

  it("sends token and settings as headers, over TLS", async () => {
    const secure = await startSparkDouble({ tls: true });
    try {
      const to = `sc://localhost:${secure.port}/;token=s3cret;x-cluster=blue;user_id=ann`;
      const spark = await openSpark(to, { ca: TEST_CERTIFICATE });
      expect(spark.name).toBe(`sc://localhost:${secure.port}`);
      expect(secure.headers[0]).toMatchObject({
        authorization: "Bearer s3cret",
        "x-cluster": "blue",
      });
      await spark.close();
      const stranger = await failure(openSpark(to, { retries: 0 }));
      expect(stranger.code).toBe("SCL202");
      expect(stranger.format()).not.toContain("s3cret");
    } finally {
      await secure.close();
    }
  });
});

describe("a call that fails", () => {
  it("tells Spark's own words, without the token", async () => {
    const spark = await openSpark(address("/;token=s3cret;use_ssl=false"));
    server.misbehave({
      kind: "status",
      status: 13,
      message: "\n[UNRESOLVED_COLUMN] `nope` s3cret\n  at java",
    });
    const error = await failure(queryAll(spark, "SELECT nope"));
    expect(error.format()).toContain("[UNRESOLVED_COLUMN] `nope` …");
    expect(error.code).toBe("SCL204");
    expect(JSON.stringify(error) + String(error.cause)).not.toContain("s3cret");
    server.misbehave({ kind: "status", status: 13, message: "[PATH_NOT_FOUND] no /x" });
    expect((await failure(queryAll(spark, "SELECT 1"))).code).toBe("SCL210");
    await spark.close();
  });

  it("is refused for want of rights, by the service or by what stands before it", async () => {
    server.misbehave({ kind: "status", status: 16, message: "who are you" });
    expect((await failure(openSpark(address()))).code).toBe("SCL203");
    server.misbehave({ kind: "http", status: 403 });
    expect((await failure(openSpark(address()))).code).toBe("SCL203");
  });

  it("is made again where the connection broke before its answer, and only there", async () => {
    const spark = await openSpark(address());
    const before = server.calls.length;
    server.misbehave(
      { kind: "break", after: false },
      { kind: "status", status: 14, message: "busy" },
    );
    expect((await queryAll(spark, "SELECT 1 AS a"))[0]!.toRecords()).toEqual([{ a: 1 }]);
    expect(server.calls.length - before).toBe(3);
    server.misbehave({ kind: "break", after: true });
    expect((await failure(queryAll(spark, "SELECT 2 AS a"))).code).toBe("SCL202");
    await spark.close();
  });

  it("ends where nobody listens, or nobody answers in time", async () => {
    const { port } = server;
    await server.close();
    const error = await failure(openSpark(`sc://127.0.0.1:${port}`, { retries: 1 }));
    expect(error.code).toBe("SCL202");
    expect(error.hint).toContain("Connect server");
    server = await startSparkDouble();
  });

  it("ends where the server sends what is no message", async () => {
    const spark = await openSpark(address(), { retries: 0 });
    const huge = Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1]);
    const packed = Buffer.from([1, 0, 0, 0, 1, 1]);
    const cutOff = Buffer.from([0, 0, 0, 0, 9, 1]);
    const nonsense = Buffer.from([0, 0, 0, 0, 3, 0x12, 0x7f, 1]);
    // A batch whose Arrow is one byte: field 2, in it field 2.
    const noArrow = Buffer.from([0, 0, 0, 0, 5, 0x12, 3, 0x12, 1, 7]);
    for (const bytes of [huge, packed, cutOff, nonsense, noArrow]) {
      server.misbehave({ kind: "bytes", bytes });
      expect((await failure(queryAll(spark, "SELECT 1"))).code).toMatch(/^SCL20/);
    }
    await spark.close();
  });
});

describe("a call that is cancelled", () => {
  it("ends at once and stops the job of the server", async () => {
    const spark = await openSpark(address());
    server.misbehave({ kind: "hang" });
    const controller = new AbortController();
    const waiting = failure(queryAll(spark, "SELECT 1", { signal: controller.signal }));
    while (!server.calls.some(({ sql }) => sql === "SELECT 1")) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    controller.abort();
    expect((await waiting).code).toBe("CFG900");
    expect(server.calls.at(-1)!.method).toBe("Interrupt");
    expect((await failure(queryAll(spark, "SELECT 1", { signal: controller.signal }))).code).toBe(
      "CFG900",
    );
    await spark.close();
  });

  it("stops the job too when its rows are no longer wanted", async () => {
    const spark = await openSpark(address());
    for await (const _ of spark.query("SELECT 1 AS a")) break;
    expect(server.calls.at(-1)!.method).toBe("Interrupt");
    await spark.close();
  });
});

describe("an address", () => {
  it("that cannot be read is refused and not repeated", async () => {
    for (const text of [
      "sc:/x",
      "sc://h:99999",
      "sc://h/;token",
      "sc://h/;use_ssl=yes;token=s3",
      "sc://u:s3@h",
    ]) {
      const error = await failure(openSpark(text));
      expect(error.code).toBe("SCL201");
      expect(error.format()).not.toContain("s3");
    }
  });
});
