/** The schema as a graph. */
import { describe, expect, it } from "vitest";
import type { RelError } from "../../../src/core/errors.js";
import { inferDatabase } from "../../../src/data/infer/infer.js";
import {
  formatJoinPath,
  formatSchema,
  joinPaths,
  schemaGraph,
} from "../../../src/data/schema-graph.js";
import { Table } from "../../../src/data/table.js";

const db = inferDatabase(
  [
    Table.fromRecords("users", [{ id: 1, at: "2024-01-01", seats: 2 }]),
    Table.fromRecords("posts", [{ id: 1, user_id: 1, editor_user_id: 1, parent_id: 1 }]),
    Table.fromRecords("votes", [{ id: 1, post_id: 1 }]),
    Table.fromRecords("islands", [{ id: 1 }]),
  ],
  { tables: { users: { units: { seats: "seats" } } } },
);
const graph = schemaGraph(db.schema);
const paths = (from: string, to: string): string[] =>
  joinPaths(graph, from, to).map(formatJoinPath);

describe("schemaGraph", () => {
  it("has a node for each table and an edge for each foreign key", () => {
    expect(graph.nodes()).toEqual(["users", "posts", "votes", "islands"]);
    expect(graph.edges()).toEqual([
      "posts.user_id",
      "posts.editor_user_id",
      "posts.parent_id",
      "votes.post_id",
    ]);
    expect(graph.getEdgeAttributes("votes.post_id").foreignKey.table).toBe("posts");
  });
});

describe("joinPaths", () => {
  it("finds every way, up and down", () => {
    expect(paths("votes", "users")).toEqual([
      "votes.post_id -> posts, posts.user_id -> users",
      "votes.post_id -> posts, posts.editor_user_id -> users",
    ]);
    expect(paths("users", "votes")).toEqual([
      "users <- posts.user_id, posts <- votes.post_id",
      "users <- posts.editor_user_id, posts <- votes.post_id",
    ]);
  });

  it("finds self references both ways, and nothing where there is nothing", () => {
    expect(paths("posts", "posts").slice(0, 2)).toEqual([
      "posts.parent_id -> posts",
      "posts <- posts.parent_id",
    ]);
    expect(paths("users", "islands")).toEqual([]);
    expect(joinPaths(graph, "users", "votes", 1)).toEqual([]);
  });

  it("refuses unknown tables with the near match", () => {
    const find = (): unknown => joinPaths(graph, "users", "vote");
    expect(find).toThrowError(expect.objectContaining({ code: "SCH101" }) as RelError);
  });
});

describe("formatSchema", () => {
  it("prints roles first, then columns", () => {
    expect(formatSchema({ tables: db.schema.tables.slice(0, 1) })).toBe(
      [
        "users",
        "  key    id",
        "  time   at",
        "  column id: id",
        "  column at: timestamp",
        "  column seats: numerical (seats)",
      ].join("\n"),
    );
  });
});
