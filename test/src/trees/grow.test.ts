/** Histograms: sums equal plain sums, what is left of a parent equals what is summed directly. */
import { describe, expect, it } from "vitest";
import { createRng } from "../../../src/core/random.js";
import { binFeatures } from "../../../src/trees/bins.js";
import { chooseScale, readCell, writeCells } from "../../../src/trees/cells.js";
import { runGroup } from "../../../src/trees/group.js";
import { type GrownNode, growTree } from "../../../src/trees/grow.js";
import { resolveOptions } from "../../../src/trees/options.js";
import { searchAlone } from "../../../src/trees/train.js";
import { createWorkspace, planWorkspace, type Workspace } from "../../../src/trees/workspace.js";
import { randomData } from "./fixtures.js";

const data = randomData(900, 6, 12);
const rows = data.targets.length;
const binned = binFeatures(data.features, { maxBins: 40 });
const limits = resolveOptions({ objective: { kind: "l2" }, leaves: 20, minRowsPerLeaf: 5 });
const rng = createRng(1);
const gradients = Float64Array.from({ length: rows }, () => rng.normal());
const hessians = Float64Array.from({ length: rows }, () => rng.next());

/** A workspace with the rows and cells of all rows, and `slots` histograms. */
function prepare(slots?: number) {
  const { layout, used } = planWorkspace(binned, limits);
  const workspace = createWorkspace({ ...layout, slots: slots ?? layout.slots }, binned, used);
  const { i32 } = workspace;
  for (let row = 0; row < rows; row++) i32[layout.rowOrder / 4 + row] = row;
  const scale = chooseScale(5, 1, rows);
  const cells = i32.subarray(layout.cells / 4, layout.cells / 4 + 4 * rows);
  const sums = writeCells(cells, gradients, hessians, null, scale);
  return { workspace, scale, sums };
}

function grow(slots?: number): { nodes: GrownNode[]; workspace: Workspace } {
  const { workspace, scale, sums } = prepare(slots);
  const task = { limits, scale, sums, allRows: true, rng: createRng(2) };
  return { nodes: growTree(workspace, searchAlone(workspace), task), workspace };
}

describe("cells", () => {
  it("hold what was written, negative gradients and large hessians too", () => {
    const cells = new Int32Array(12);
    const scale = { gradient: 2 ** 20, hessian: 2 ** 29 };
    const sums = writeCells(
      cells,
      Float64Array.of(-3, 1023.5, 0),
      Float64Array.of(1.75, 0.5, 0),
      null,
      scale,
    );
    const read = [0, 16, 32].map((address) => readCell(cells, address));
    expect(read[0]).toEqual({ gradients: -3 * 2 ** 20, hessians: 1.75 * 2 ** 29, rows: 1 });
    expect(read[1]).toEqual({ gradients: 1023.5 * 2 ** 20, hessians: 2 ** 28, rows: 1 });
    expect(read[2]).toEqual({ gradients: 0, hessians: 0, rows: 1 });
    expect(sums).toEqual({ gradients: 1020.5 * 2 ** 20, hessians: 2.25 * 2 ** 29, rows: 3 });
  });

  it("use units that never overflow", () => {
    for (const [g, h, count] of [
      [1, 1, 1],
      [1e-9, 1e9, 1000],
      [3.7e300, 5e-300, 2 ** 24 - 1],
      [0, 0, 5],
    ] as const) {
      const { gradient, hessian } = chooseScale(g, h, count);
      expect(g * gradient).toBeLessThanOrEqual(2 ** 30);
      expect(h * hessian * count).toBeLessThanOrEqual(2 ** 39 - 1);
    }
  });
});

describe("histograms", () => {
  it("equal plain sums by bin", () => {
    const { workspace, scale, sums } = prepare();
    const { layout, i32, u8 } = workspace;
    const columns = layout.columns.length;
    i32.set(
      Int32Array.from({ length: columns }, (_, c) => c),
      layout.chosen / 4,
    );
    u8.fill(1, layout.allowed, layout.allowed + 2 * columns);
    const job = {
      rowOrder: layout.rowOrder,
      cells: layout.cells,
      count: rows,
      built: layout.histograms,
      from: -1,
      columns,
      leaves: [{ ...sums, best: 0 }, null],
      ...{ l2: 0, categoricalL2: 0, smoothing: 0, minHessian: 1 },
    } as const;
    for (let group = 0; group < Math.ceil(columns / 4); group++) runGroup(workspace, job, group);
    layout.columns.forEach(({ bins, cellOffset }, c) => {
      for (let bin = 0; bin <= bins; bin++) {
        let [g, h, count] = [0, 0, 0];
        for (let row = 0; row < rows; row++) {
          if (binned.bins[c * rows + row] !== bin) continue;
          g += Math.floor(gradients[row]! * scale.gradient + 0.5);
          h += Math.floor(hessians[row]! * scale.hessian + 0.5);
          count++;
        }
        const cell = readCell(i32, layout.histograms + 16 * (cellOffset + bin));
        expect(cell).toEqual({ gradients: g, hessians: h, rows: count });
      }
    });
  });

  it("given up for lack of memory give the same tree", () => {
    const { nodes } = grow();
    expect(nodes.filter(({ split }) => split === null)).toHaveLength(20);
    for (const slots of [3, 4, 7]) expect(grow(slots).nodes).toEqual(nodes);
  });
});

describe("a grown tree", () => {
  it("has sums and rows that its splits tell", () => {
    const { nodes, workspace } = grow();
    const { layout, i32, u8 } = workspace;
    const first = layout.rowOrder / 4;
    const rowsOf = ({ start, count }: GrownNode) =>
      i32.subarray(first + start, first + start + count);
    for (const node of nodes) {
      let [g, h] = [0, 0];
      for (const row of rowsOf(node)) {
        const cell = readCell(i32, layout.cells + 16 * row);
        g += cell.gradients;
        h += cell.hessians;
      }
      expect(node.sums).toEqual({ gradients: g, hessians: h, rows: node.count });
      if (!node.split) continue;
      const { column, goesLeft, left, right } = node.split;
      const bins = layout.bins + column * rows;
      for (const row of rowsOf(nodes[left]!)) expect(goesLeft[u8[bins + row]!]).toBe(1);
      for (const row of rowsOf(nodes[right]!)) expect(goesLeft[u8[bins + row]!]).toBe(0);
    }
  });
});
