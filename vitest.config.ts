import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/longestFirst.ts";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "lab/**/*.test.ts", "bench/**/*.test.ts"],
    globalSetup: ["./test/buildBundle.ts", "./test/databases.ts"],
    /* A test with a database or a namespace of its own takes seconds on a busy machine. */
    testTimeout: 20_000,
    /* Half of the tests wait for a kernel, a database or a server: one worker less than there are
     * cores, as is the rule, would leave one of two idle, and as many leave each a third of the time. */
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    reporters: ["default", "./test/summary.ts"],
  },
});
