import { availableParallelism } from "node:os";
import { join } from "node:path";
import { register } from "tsx/esm/api";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/longestFirst.ts";

/* Reporters and what is set up for all tests are loaded by this process. */
register();

export default defineConfig({
  test: {
    include: [
      "src/**/*.test.ts",
      "web/src/**/*.test.ts",
      "test/**/*.test.ts",
      "lab/**/*.test.ts",
      "bench/**/*.test.ts",
    ],
    globalSetup: ["./test/buildBundle.ts", "./test/databases.ts"],
    /* A test with a database or a namespace of its own takes seconds on a busy machine. */
    testTimeout: 40_000,
    hookTimeout: 40_000,
    /* Half of the tests wait for a kernel, a database or a server: one worker less than there are
     * cores, as is the rule, would leave one of two idle, and as many leave each a third of the time. */
    maxWorkers: availableParallelism() + 1,
    /* Reading the same modules anew for each of 200 files took half a second each. Nothing here mocks a
     * module, and a test that a file before it could break would be broken by a second server, too. */
    isolate: false,
    /* Node loads the modules by itself. Vite's runner reaches each import through a getter at each use, and the
     * engine does that in its innermost loops: random diffs took 69 s with it, and 24 s without. */
    experimental: { viteModuleRunner: false, nodeLoader: false },
    execArgv: ["--import", "tsx", "--import", join(import.meta.dirname, "test/withoutStyles.js")],
    sequence: { sequencer: LongestFirst },
    reporters: ["default", "./test/summary.ts"],
  },
});
