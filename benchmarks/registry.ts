/** The benchmarks of a checkout by name. To add one, add an entry here; its module is loaded only when it runs. */
import type { BenchReport } from "../src/cli/bench-report.js";

/** What a benchmark gets from its caller. */
export interface BenchmarkOptions {
  /** Numbers given as `--name value`; each has a default in the benchmark. */
  readonly settings: Readonly<Record<string, number>>;
  /** Takes lines for people as they are known. */
  readonly onLine: (line: string) => void;
}

/** One benchmark. */
export interface Benchmark {
  readonly name: string;
  /** What is measured, in a few words. */
  readonly what: string;
  /** The settings it knows. */
  readonly settings: readonly string[];
  /** Whether it computes tensors, and so takes `--backend`. */
  readonly tensors?: true;
  readonly run: (options: BenchmarkOptions) => Promise<BenchReport>;
}

/** All benchmarks, in the order they are listed. */
export const BENCHMARKS: readonly Benchmark[] = [
  {
    name: "sampler",
    what: "building the graph, and seeds a second of both samplers against pyg-lib",
    settings: ["users", "events", "repeat"],
    run: async ({ settings, onLine }) => {
      const { runSamplerBench } = await import("./sampler.js");
      return runSamplerBench({ ...settings, onLine });
    },
  },
  {
    name: "pql",
    what: "reading and binding queries: typical, long and deep ones, and a million broken texts",
    settings: ["runs", "inputs", "seed"],
    run: async ({ settings, onLine }) => {
      const { runPqlBench } = await import("./pql.js");
      return runPqlBench({ ...settings, onLine });
    },
  },
  {
    name: "labels",
    what: "labels of users at 12 anchors: columns in memory, Parquet, and DuckDB's SQL on it",
    settings: ["users", "events", "runs", "large"],
    run: async ({ settings, onLine }) => {
      const { runLabelsBench } = await import("./labels.js");
      return runLabelsBench({ ...settings, onLine });
    },
  },
  {
    name: "signals",
    what: "exact signals of users: plan, indexes, values and pruning, in processor time",
    settings: ["users", "events", "signals", "runs"],
    run: async ({ settings, onLine }) => {
      const { runSignalsBench } = await import("./signals.js");
      return runSignalsBench({ ...settings, onLine });
    },
  },
  {
    name: "trees",
    what: "training boosted trees, their scores and explaining them, beside LightGBM where Python has it",
    settings: ["rows", "features", "runs", "threads"],
    run: async ({ settings, onLine }) => {
      const { runTreesBench } = await import("./trees.js");
      return runTreesBench({ ...settings, onLine });
    },
  },
  {
    name: "kernels",
    what: "our kernels by the shapes of a training step, beside tfjs's own and a BLAS where there is one",
    settings: ["runs"],
    run: async ({ settings }) => {
      const { runKernelsBench } = await import("./kernels.js");
      return runKernelsBench(settings);
    },
  },
  {
    name: "step",
    what: "a training step of batch 512 on rel-f1 driver-position, in seconds and GFLOP",
    settings: ["runs"],
    tensors: true,
    run: async ({ settings }) => {
      const { runStepBench } = await import("./step.js");
      return runStepBench(settings);
    },
  },
  {
    name: "peers",
    what: "step, arithmetic and score over time beside PyTorch Geometric's RelBench example, where Python has it",
    settings: ["steps", "epochs", "threads", "seed"],
    tensors: true,
    run: async ({ settings, onLine }) => {
      const { runPeersBench } = await import("./peers/peers.js");
      return runPeersBench({ ...settings, onLine });
    },
  },
  {
    name: "time-to-score",
    what: "seconds from rel-f1's files to the reference's validation score, and peak memory",
    settings: ["seeds"],
    tensors: true,
    run: async ({ settings, onLine }) => {
      const { runTimeToScoreBench } = await import("./time-to-score.js");
      return runTimeToScoreBench({ ...settings, onLine });
    },
  },
  {
    name: "rel-f1",
    what: "the three entity tasks of rel-f1 in both regimes, beside baselines and published scores",
    settings: ["seeds"],
    tensors: true,
    run: async ({ settings, onLine }) => {
      const { runRelF1Bench } = await import("./rel-f1/bench.js");
      return runRelF1Bench({ ...settings, onLine });
    },
  },
  {
    name: "beer-se",
    what: "engagement and badges of a small community, each expert and the blend",
    settings: ["seeds"],
    tensors: true,
    run: async ({ settings, onLine }) => {
      const { runBeerBench } = await import("./beer-se.js");
      return runBeerBench({ ...settings, onLine });
    },
  },
  {
    name: "instant",
    what: "seconds to a first answer without a training run, and to further ones",
    settings: ["users", "runs"],
    run: async ({ settings, onLine }) => {
      const { runInstantBench } = await import("./instant.js");
      return runInstantBench({ ...settings, onLine });
    },
  },
  {
    name: "saas",
    what: "minutes of use in the generated company, beside naive guesses and the truth's own forecast",
    settings: ["users", "seeds"],
    tensors: true,
    run: async ({ settings, onLine }) => {
      const { runSaasBench } = await import("./saas.js");
      return runSaasBench({ ...settings, onLine });
    },
  },
  {
    name: "approaches",
    what: "what teams do today beside relgraph on the generated company, with the truth's own forecast",
    settings: ["users", "seeds"],
    tensors: true,
    run: async ({ settings, onLine }) => {
      const { runApproachesBench } = await import("./approaches.js");
      return runApproachesBench({ ...settings, onLine });
    },
  },
  {
    name: "score",
    what: "engagement scores with reasons and actions of 200,000 users",
    settings: ["users", "sessions", "runs"],
    run: async ({ settings, onLine }) => {
      const { runScoreBench } = await import("./score.js");
      return runScoreBench({ ...settings, onLine });
    },
  },
  {
    name: "recommend",
    what: "rel-f1 driver-circuit-compete: the recommender beside popular and past items",
    settings: ["seeds"],
    run: async ({ settings, onLine }) => {
      const { runRecommendBench } = await import("./recommend.js");
      return runRecommendBench({ ...settings, onLine });
    },
  },
  {
    name: "load",
    what: "files to predictions by stage, at sizes that grow tenfold: seconds and peak memory",
    settings: ["users", "sessions", "fit"],
    tensors: true,
    run: async ({ settings, onLine }) => {
      const { runLoadBench } = await import("./load.js");
      return runLoadBench({ ...settings, onLine });
    },
  },
  {
    name: "postgres",
    what: "a table of a PostgreSQL database into columns, against the driver's cursor",
    settings: ["rows", "runs"],
    run: async ({ settings, onLine }) => {
      const { runPostgresBench } = await import("./postgres.js");
      return runPostgresBench({ ...settings, onLine });
    },
  },
  {
    name: "predict",
    what: "fitting the default blend and predicting every user: seconds and peak memory by stage",
    settings: ["users", "events", "epochs"],
    tensors: true,
    run: async ({ settings, onLine }) => {
      const { runPredictBench } = await import("./predict.js");
      return runPredictBench({ ...settings, onLine });
    },
  },
];
