import { join } from "node:path";
import { defineConfig } from "vitest/config";

const at = (file: string): string => join(import.meta.dirname, file);

export default defineConfig({
  resolve: {
    alias: [
      { find: /^relgraph$/, replacement: at("src/index.ts") },
      { find: /^relgraph\/scale$/, replacement: at("src/distributed/index.ts") },
      { find: /^relgraph\/(pql|graph|gnn)$/, replacement: at("$1/index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/properties.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
