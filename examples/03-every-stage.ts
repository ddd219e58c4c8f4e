/** The way of a query, stage by stage, each printing itself. Run it with `npx tsx examples/03-every-stage.ts`. */
import {
  computeLabels,
  createRng,
  evaluate,
  formatEvaluation,
  generateSaasDatabase,
  summarizeTrainingTable,
} from "relgraph";
import {
  buildGraph,
  createSeeds,
  formatGraph,
  formatSubgraph,
  NeighborSampler,
} from "relgraph/graph";
import { bindQuery, parseQuery, planTrainingTable, printQuery } from "relgraph/pql";

const section = (title: string, text: string): void => console.log(`== ${title}\n${text}\n`);

const db = await generateSaasDatabase({ users: 40, seed: 3 });
section("1 read: tables with keys, times and links", db.toString());

const query = parseQuery("predict count(sessions.*, 0, 14, days) = 0 for each users.user_id");
section("2 parse: the canonical query", printQuery(query));

const bound = bindQuery(query, db.schema);
section("3 bind: every name with its table, type and path", bound.toString());

const plan = planTrainingTable(bound);
section("4 plan: how labels are made", plan.explain());

const { labels } = computeLabels(db, plan);
section("5 label: the training table", summarizeTrainingTable(labels));

const graph = buildGraph(db);
section("6 graph: rows as nodes, keys as edges", formatGraph(graph));

const sampler = new NeighborSampler(graph, { seedTable: "USERS", numNeighbors: [4, 2] });
const { rows, anchorTimes, visibleTimes } = createSeeds(labels);
const seed = {
  rows: rows.subarray(0, 1),
  anchorTimes: anchorTimes.subarray(0, 1),
  visibleTimes: visibleTimes.subarray(0, 1),
};
const subgraph = sampler.sample(seed, createRng(3));
section("7 sample: what one user's prediction may see", formatSubgraph(subgraph));

const { evaluation } = await evaluate(db, printQuery(query), {
  seed: 3,
  seeds: 1,
  epochs: 3,
  entityRow: false,
  regimes: ["seed-time"],
});
section("8 fit and judge, beside the naive baselines", formatEvaluation(evaluation));
