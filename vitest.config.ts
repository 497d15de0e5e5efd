import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "lab/**/*.test.ts", "bench/**/*.test.ts"],
    globalSetup: ["./test/buildBundle.ts", "./test/databases.ts"],
    reporters: ["default", "./test/summary.ts"],
  },
});
