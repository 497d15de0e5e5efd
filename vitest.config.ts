import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "lab/**/*.test.ts", "bench/**/*.test.ts"],
    globalSetup: ["./test/buildBundle.ts", "./test/databases.ts"],
    /* A test with a database or a namespace of its own takes seconds on a busy machine. */
    testTimeout: 20_000,
    reporters: ["default", "./test/summary.ts"],
  },
});
